import { changeDocument, type Documents, succeeds } from './change-document.ts';
import { newId } from './new-id.ts';
import { type Page, type PageQuery, type PageSource, readPage } from './read-page.ts';
import { notFound, TenancyError } from './tenancy-error.ts';
import { implicitProject, type Project } from './tenant.ts';

/** A project's id: part of keys in storage, where `#` ends it. */
export const projectIdForm = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** The project that every tenant has. */
export const defaultProjectId = 'default';

/** What of a project can be changed; null removes what is optional. */
export interface ProjectChange {
  readonly name?: string;
  readonly responseCache?: Project['responseCache'] | null;
  readonly dataClass?: string | null;
}

/** The projects of tenants. */
export class Projects {
  readonly #documents: Documents;
  readonly #now: () => number;

  constructor(documents: Documents, now: () => number = Date.now) {
    this.#documents = documents;
    this.#now = now;
  }

  /**
   * @param id - of the caller's choice; @default - a new one
   * @throws TenancyError `already_exists` where the tenant has a project of that id, `invalid` where it cannot be one
   */
  async create(tenantId: string, name: string, id: string = newId('proj')): Promise<Project> {
    if (!projectIdForm.test(id)) {
      throw new TenancyError(
        'invalid',
        'A project id has up to 63 lower-case letters, digits, hyphens and underscores, and starts with a letter or digit.',
        'id',
      );
    }
    const project: Project = { id, name, status: 'active', createdAtMs: this.#now() };
    if (await succeeds(this.#documents.create(tenantId, 'directory', projectSort(id), project)))
      return project;
    throw new TenancyError('already_exists', `There is a project '${id}' already.`, 'id');
  }

  /** Makes the record of the project that every tenant has, where there is none. */
  async ensureDefault(tenantId: string): Promise<void> {
    await this.ensure(tenantId, defaultProjectId);
  }

  /** Makes the record of a project that is in use, where there is none. */
  async ensure(tenantId: string, id: string): Promise<void> {
    const project: Project = { ...implicitProject(id), createdAtMs: this.#now() };
    await succeeds(this.#documents.create(tenantId, 'directory', projectSort(id), project));
  }

  /**
   * A project, also one that nobody has described: `default`, and the one that the caller is in.
   *
   * @throws TenancyError `not_found`
   */
  async get(tenantId: string, id: string, ownId = ''): Promise<Project> {
    const found = await this.#documents.get<Project>(tenantId, 'directory', projectSort(id));
    if (found) return found.value;
    if (id !== '' && (id === defaultProjectId || id === ownId)) return implicitProject(id);
    throw notFound('project', id);
  }

  /**
   * The same for a change: an archived project takes none.
   *
   * @throws TenancyError `not_found`, `conflict`
   */
  async getActive(tenantId: string, id: string, ownId = ''): Promise<Project> {
    const project = await this.get(tenantId, id, ownId);
    if (project.status === 'archived') throw archived(id);
    return project;
  }

  page(
    tenantId: string,
    query: PageQuery,
    options: { readonly includeArchived: boolean },
  ): Promise<Page<Project>> {
    const source: PageSource = { tenantId, collection: 'directory', prefix: 'project#' };
    return readPage<Project, Project>(this.#documents, source, query, ({ value }) =>
      value.status === 'active' || options.includeArchived ? value : undefined,
    );
  }

  /** @throws TenancyError `not_found`, `conflict` where it is archived */
  update(
    tenantId: string,
    id: string,
    { name, responseCache, dataClass }: ProjectChange,
    ownId = '',
  ): Promise<Project> {
    return this.#change(tenantId, id, ownId, (project) => {
      if (project.status === 'archived') throw archived(id);
      const { responseCache: cacheBefore, dataClass: classBefore, ...rest } = project;
      const cache = responseCache === undefined ? cacheBefore : responseCache;
      const kind = dataClass === undefined ? classBefore : dataClass;
      return {
        ...rest,
        ...(name === undefined ? {} : { name }),
        ...(cache ? { responseCache: cache } : {}),
        ...(kind === undefined || kind === null ? {} : { dataClass: kind }),
      };
    });
  }

  /**
   * Closes a project for good: its keys stop.
   *
   * @throws TenancyError `not_found`, `conflict` for the one that every tenant has
   */
  async archive(tenantId: string, id: string, ownId = ''): Promise<Project> {
    if (id === defaultProjectId) {
      throw new TenancyError('conflict', 'The project "default" is every tenant\'s and cannot be archived.');
    }
    return this.#change(tenantId, id, ownId, (project) =>
      project.status === 'archived' ? project : { ...project, status: 'archived', archivedAtMs: this.#now() },
    );
  }

  async #change(
    tenantId: string,
    id: string,
    ownId: string,
    change: (project: Project) => Project,
  ): Promise<Project> {
    // Not before it is known to be one: a change of nothing makes nothing.
    if ((await this.get(tenantId, id, ownId)).createdAtMs === 0) await this.ensure(tenantId, id);
    const changed = await changeDocument(this.#documents, tenantId, 'directory', projectSort(id), change);
    if (!changed) throw notFound('project', id);
    return changed;
  }
}

function archived(id: string): TenancyError {
  return new TenancyError('conflict', `The project '${id}' is archived.`);
}

function projectSort(id: string): string {
  return `project#${id}`;
}
