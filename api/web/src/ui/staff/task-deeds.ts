// Stands between a wish about a task and the node: one request with one id, then how it stands, and why not in words.
// Refuses to change what is shown by hand: the node's answer does that.
import { Refusal } from "../../core/http";
import { sentenceOf } from "../../core/problems";
import type { CreateTask, Task, TaskCreated, TaskStep } from "../../core/wire-tasks";
import { tasks as words } from "../../../locales/en-staff-tasks";
import { session } from "../../vm/session.svelte";
import { todo } from "../../vm/tasks.svelte";

export async function createTask(conversation_id: string, task: CreateTask, command_id: string): Promise<void> {
  await session.http.ask<TaskCreated>(`/v1/conversations/${conversation_id}/tasks`, { method: "POST", body: task, command_id });
  void todo.changed(conversation_id);
}

/** Whoever is refused is shown what is true now before they are told why. */
export async function stepTask({ id, conversation_id }: Pick<Task, "id" | "conversation_id">, step: TaskStep, command_id: string): Promise<void> {
  try {
    await session.http.ask(`/v1/tasks/${id}`, { method: "POST", body: step, command_id });
  } catch (error) {
    if (error instanceof Refusal && (error.problem.status === 404 || error.code === "nothing_to_do")) await todo.changed(conversation_id);
    throw error;
  }
  await todo.changed(conversation_id);
}

export const isSoAlready = (error: unknown): boolean => error instanceof Refusal && error.code === "nothing_to_do";

export function whyNot(error: unknown): string {
  return (error instanceof Refusal ? words.problems[error.code] : undefined) ?? sentenceOf(error);
}
