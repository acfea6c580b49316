import { type AccessControl, type AccessTable, type Enforcer, reportAccess } from './access/index.ts';
import { refusedCaller, refusedInvocation } from './access/invocation-access.ts';
import { refusedLogging } from './access/logging-access.ts';
import { requireServiceAccess } from './access/require-service-access.ts';
import type { RestApiDefinition, RestApiRoute } from './api-gateway/rest-api-definition.ts';
import { type ApiGateway, startApiGateway } from './api-gateway/start-api-gateway.ts';
import { readAssembly } from './assembly/read-assembly.ts';
import { type Backends, startBackends } from './backends.ts';
import { type DataDirectory, openDataDirectory } from './data-directory/open-data-directory.ts';
import { type DeployedAssembly, deployAssembly } from './deployment/deploy-assembly.ts';
import { EventSourceSet } from './event-sources/event-source-set.ts';
import { describeListenError, requireFreePort } from './free-port.ts';
import { FunctionSet } from './function-set.ts';
import type { FunctionDefinition } from './functions/function-definition.ts';
import { outputsWithLocalUrl } from './local-url.ts';
import type { Runtime, RuntimeOptions } from './runtime.ts';
import { explain, RuntimeError } from './runtime-error.ts';

const DEFAULT_HOST = '127.0.0.1';
const nothing = () => undefined;

/**
 * Runs what a CDK app synthesizes on this machine.
 *
 * @throws RuntimeError whose message tells a person what to change
 */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const runtime = new LocalRuntime(options);
  try {
    await runtime.start();
    return runtime;
  } catch (error) {
    await runtime.stop();
    throw error;
  }
}

/** Why a route's function may not be invoked, by whose rules. */
interface Refusal {
  readonly enforcer: Enforcer;
  /** Undefined where it may. */
  readonly refusal: string | undefined;
}

class LocalRuntime implements Runtime {
  readonly #options: RuntimeOptions;
  readonly #host: string;
  readonly #progress: (message: string) => void;
  readonly #functions: FunctionSet;
  readonly #eventSources: EventSourceSet;
  #data: DataDirectory | undefined;
  #backends: Backends | undefined;
  #gateway: ApiGateway | undefined;
  #deployed: DeployedAssembly | undefined;
  #api: RestApiDefinition | undefined;
  readonly #refusals = new WeakMap<RestApiRoute, Refusal>();
  #reloading: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | undefined;

  constructor(options: RuntimeOptions) {
    this.#options = options;
    this.#host = options.host ?? DEFAULT_HOST;
    this.#progress = options.onProgress ?? nothing;
    this.#functions = new FunctionSet(options.onLog ?? nothing, (definition) => this.#mayLog(definition));
    this.#eventSources = new EventSourceSet((arn) => this.#functions.get(arn), options.onLog ?? nothing);
  }

  get url(): string {
    return running(this.#gateway).url;
  }

  get outputs(): Runtime['outputs'] {
    const { outputs, restApis } = running(this.#deployed);
    return outputsWithLocalUrl(outputs, restApis, this.url);
  }

  get endpoints(): Runtime['endpoints'] {
    return running(this.#backends).endpoints;
  }

  get region(): string {
    return running(this.#backends).region;
  }

  async start(): Promise<void> {
    const { assemblyDirectory, dataDirectory, port } = this.#options;
    // Whatever fails first below, a failed synthesis is seen where it is waited for.
    const synthesized = Promise.resolve(assemblyDirectory);
    synthesized.catch(nothing);
    await requireFreePort(this.#host, port);
    this.#data = await openDataDirectory(dataDirectory);
    this.#backends = await startBackends(this.#data, {
      environment: this.#options.environment ?? process.env,
      onLog: this.#options.onLog ?? nothing,
      onFailure: this.#options.onFailure ?? nothing,
      warn: onceEach((message) => this.#progress(`warning: ${message}`)),
    });
    await this.#deploy(await synthesized);
    try {
      this.#gateway = await startApiGateway({
        definition: () => running(this.#api),
        functionFor: (arn) => this.#functions.get(arn),
        refusalOf: (definition, route) => this.#refusalOf(definition, route),
        host: this.#host,
        port,
        onAccess: this.#options.onLog ?? nothing,
      });
    } catch (error) {
      throw describeListenError(error, this.#host, port);
    }
  }

  accessReport(): ReturnType<Runtime['accessReport']> {
    const { access } = running(this.#backends);
    return reportAccess(access.table, access.usage());
  }

  async invoke(functionName: string, event: unknown): Promise<unknown> {
    const host = this.#functions.named(functionName);
    if (!host) throw new Error(`there is no function ${functionName}`);
    return await host.invoke(event);
  }

  get functions(): Runtime['functions'] {
    return this.#functions.definitions;
  }

  functionCpu(): ReturnType<Runtime['functionCpu']> {
    return this.#functions.cpu();
  }

  reload(assemblyDirectory: string): Promise<void> {
    const reloaded = this.#reloading.then(() => this.#deploy(assemblyDirectory));
    this.#reloading = reloaded.catch(nothing);
    return reloaded;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #deploy(assemblyDirectory: string): Promise<void> {
    const backends = running(this.#backends);
    const assembly = await readAssembly(assemblyDirectory);
    this.#progress('Creating what the templates declare');
    const deployed = await deployAssembly(assembly, backends.newDeployment(assembly));
    const api = onlyApi(deployed.restApis, backends.accountId);
    const { access } = backends;
    const former = access.table;
    await applyAccess(access, deployed.access);
    try {
      requireServiceAccess(deployed.resources, access.enforcer);
      this.#progress('Starting the functions');
      const functions = await this.#functions.prepare(deployed.functions);
      functions.commit();
    } catch (error) {
      await access.apply(former);
      throw error;
    }
    this.#api = api;
    this.#deployed = deployed;
    backends.expireItemsOf(deployed.timesToLive);
    await this.#eventSources.apply(deployed.eventSources);
  }

  /** Decided once for a deployment's route: every request asks. */
  #refusalOf(definition: RestApiDefinition, route: RestApiRoute): string | undefined {
    const { enforcer } = running(this.#backends).access;
    const decided = this.#refusals.get(route);
    if (decided?.enforcer === enforcer) return decided.refusal;
    const { resources } = running(this.#deployed);
    const api = resources.find(({ ref }) => ref === definition.apiId);
    const refusal =
      (api && refusedCaller(api, resources, enforcer)) ?? refusedInvocation(definition, route, enforcer);
    this.#refusals.set(route, { enforcer, refusal });
    return refusal;
  }

  /** What a function logs is lost where its role may not write it, as in AWS. */
  #mayLog(definition: FunctionDefinition): boolean {
    const { access } = running(this.#backends);
    const refusal = refusedLogging(definition, access.enforcer);
    if (refusal !== undefined)
      access.denied({ message: `what ${definition.functionName} logs is lost: ${refusal}` });
    return refusal === undefined;
  }

  async #stop(): Promise<void> {
    await this.#reloading;
    const fed = this.#eventSources.stop();
    await this.#gateway?.stop();
    // What is under way for a queue may take minutes: the functions' grace time bounds it.
    await this.#functions.stop();
    await fed;
    await this.#backends?.stop();
    this.#data?.release();
  }
}

async function applyAccess(access: AccessControl, table: AccessTable): Promise<void> {
  try {
    await access.apply(table);
  } catch (error) {
    throw new RuntimeError('broken-template', `a policy is not understood: ${explain(error)}`, error);
  }
}

function running<Part>(part: Part | undefined): Part {
  if (part === undefined) throw new Error('the local runtime is not running');
  return part;
}

function onlyApi(apis: readonly RestApiDefinition[], accountId: string): RestApiDefinition {
  const [api, ...others] = apis;
  if (others.length > 0) {
    throw new RuntimeError('broken-template', `the local runtime serves one REST API, not ${apis.length}`);
  }
  return (
    api ?? { apiId: '', stageName: '', accountId, routes: [], gatewayResponses: [], binaryMediaTypes: [] }
  );
}

function onceEach(warn: (message: string) => void): (message: string) => void {
  const seen = new Set<string>();
  return (message) => {
    if (seen.has(message)) return;
    seen.add(message);
    warn(message);
  };
}
