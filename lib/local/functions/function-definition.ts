/** A function as the templates declare it: what to run, under which name, with which limits. */
export interface FunctionDefinition {
  /** Its name in the template. */
  readonly logicalId: string;
  readonly functionName: string;
  readonly arn: string;
  /** The role whose credentials the function has. */
  readonly roleArn: string;
  readonly logGroupName: string;
  /** Module and export, such as `index.handler`. */
  readonly handler: string;
  /** The folder that holds the bundle. */
  readonly codeDirectory: string;
  /** Variables of the template; Lambda's own are added when the function starts. */
  readonly environment: Readonly<Record<string, string>>;
  /** The longest that one invocation may take. */
  readonly timeoutMs: number;
  /** Bounds the JavaScript heap. */
  readonly memoryMb: number;
  readonly region: string;
}
