// Stands between the client and the node's HTTP side: one function asks, one error type answers.
// The session is the HttpOnly cookie; this file never sees a token and refuses to know one.
import { commandId } from "./ids";
import type { Problem } from "./wire";

/** The node answered and said no, or nobody answered (`code` is then `unreachable`). */
export class Refusal extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.code);
    this.name = "Refusal";
    this.problem = problem;
  }

  get code(): string {
    return this.problem.code;
  }
}

/** There is no such thing here for this person, or not any more. */
export function isOver(error: unknown): boolean {
  return error instanceof Refusal && (error.code === "not_found" || error.code === "forbidden");
}

/** True when nothing is known of the outcome: ask again with the same id. */
export function outcomeIsOpen(problem: Problem): boolean {
  return problem.code === "unreachable" || problem.code === "outcome_unknown" || problem.status === 503 || problem.status === 429
    || problem.status === 502 || problem.status === 504;
}

/** Longest wait that a person is left without a word. */
const PATIENCE_MS = 4000;

export interface Ask {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: unknown;
  /** Kept by the caller until there is an answer. */
  command_id?: string;
  /** Which clinic of several behind one address; without it that of the session, or the first. */
  workspace?: string | undefined;
  tries?: number;
}

export type Fetch = (input: string, init?: RequestInit) => Promise<Response>;

async function problemOf(response: Response): Promise<Problem> {
  try {
    const body = (await response.json()) as Partial<Problem>;
    return { ...body, status: body.status ?? response.status, code: body.code ?? "unknown" };
  } catch {
    return { status: response.status, code: response.status === 401 ? "not_signed_in" : "unknown" };
  }
}

export class Http {
  /** The highest revision that an answer told. */
  private told: number | undefined;

  constructor(
    private readonly fetcher: Fetch = (input, init) => fetch(input, init),
    private readonly onSignedOut: () => void = () => {},
    /** The highest revision held: a node that lags behind the one that told it waits before it answers. */
    private readonly held: () => number | undefined = () => undefined,
  ) {}

  async ask<T>(path: string, options: Ask = {}): Promise<T> {
    const method = options.method ?? "GET";
    const command_id = options.command_id ?? (method === "GET" ? undefined : commandId());
    const tries = options.tries ?? (method === "GET" ? 2 : 3);
    let revision = newer(this.held(), this.told);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.once<T>(path, method, options, command_id, revision);
      } catch (error) {
        if (revision !== undefined && error instanceof Refusal && error.code === "revision_unknown") {
          revision = this.told = undefined; // the clinic's history is another one; the socket will say so, too
          continue;
        }
        const open = error instanceof Refusal && outcomeIsOpen(error.problem);
        if (!open || attempt >= tries) throw error;
        const wait_ms = error.problem.retry_after_ms ?? 300 * 2 ** attempt;
        if (wait_ms > PATIENCE_MS) throw error; // coming back before one was told to only gets refused again
        await new Promise((resolve) => setTimeout(resolve, wait_ms));
      }
    }
  }

  private async once<T>(path: string, method: string, { body, workspace }: Ask, command_id?: string, revision?: number): Promise<T> {
    const headers: Record<string, string> = { accept: "application/json" };
    if (workspace !== undefined) headers["corridor-workspace"] = workspace;
    if (body !== undefined) headers["content-type"] = "application/json";
    if (command_id !== undefined) headers["idempotency-key"] = command_id;
    if (revision !== undefined) headers["corridor-revision"] = String(revision);
    const init: RequestInit = { method, headers, credentials: "same-origin", cache: "no-store" };
    if (body !== undefined) init.body = JSON.stringify(body);
    let response: Response;
    try {
      response = await this.fetcher(path, init);
    } catch {
      throw new Refusal({ status: 0, code: "unreachable" });
    }
    if (!response.ok) {
      const problem = await problemOf(response);
      if (problem.code === "not_signed_in") this.onSignedOut();
      throw new Refusal(problem);
    }
    if (response.status === 204) return undefined as T;
    const answer = await (response.json() as Promise<T>).catch(() => {
      throw new Refusal({ status: 0, code: "unreachable" }); // it broke off: whether it was done, nobody knows
    });
    const { revision: told } = (answer ?? {}) as { revision?: unknown };
    if (typeof told === "number") this.told = newer(this.told, told);
    return answer;
  }
}

function newer(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || (other !== undefined && other > one) ? other : one;
}

export function query(path: string, parameters: Record<string, string | number | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined && value !== "") search.set(name, String(value));
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}
