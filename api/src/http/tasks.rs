//! Routes of tasks, and of what patients have not read in time.

use super::Edge;
use super::conversations::named;
use super::requests::{Body, Ids, Key, Query};
use crate::failure::{Failure, Outcome};
use crate::service::{Caller, TaskFilter, TaskScope};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use corridor_protocol as wire;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(about, create))
        .routes(routes!(list))
        .routes(routes!(change))
        .routes(routes!(unread))
}

/// What of a conversation is to be done, and what its patient must read by a time. The look is on the record.
#[utoipa::path(get, path = "/v1/conversations/{id}/tasks", tag = "tasks",
    params(("id" = String, Path, description = "`con_…`")),
    responses((status = 200, body = wire::ConversationTasks), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn about(
    State(edge): State<Edge>,
    caller: Caller,
    Ids(id): Ids<String>,
) -> Outcome<Json<wire::ConversationTasks>> {
    Ok(Json(edge.service.tasks_about(&caller, named(&id)?).await?))
}

/// Make a task about a conversation, for a person or a role.
#[utoipa::path(post, path = "/v1/conversations/{id}/tasks", tag = "tasks", request_body = wire::CreateTask,
    params(("id" = String, Path, description = "`con_…`"), ("Idempotency-Key" = String, Header)),
    responses((status = 201, body = wire::TaskCreated), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn create(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Ids(id): Ids<String>,
    Body(request): Body<wire::CreateTask>,
) -> Outcome<Response> {
    let created = edge.service.create_task(&caller, key, named(&id)?, &request).await?;
    Ok((StatusCode::CREATED, Json(created)).into_response())
}

/// Which tasks.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct TaskQuery {
    /// `mine` (unless said otherwise), `team`: given to a role that one has, or `all` that one may see.
    #[param(required = false)]
    scope: String,
    /// `open` (unless said otherwise) or `closed`.
    #[param(required = false)]
    state: String,
}

/// Tasks. The look is on the record.
#[utoipa::path(get, path = "/v1/tasks", tag = "tasks", params(TaskQuery),
    responses((status = 200, body = wire::TaskList), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn list(
    State(edge): State<Edge>,
    caller: Caller,
    Query(query): Query<TaskQuery>,
) -> Outcome<Json<wire::TaskList>> {
    let scope = match query.scope.as_str() {
        "" | "mine" => TaskScope::Mine,
        "team" => TaskScope::Team,
        "all" => TaskScope::All,
        _ => return Err(Failure::Invalid("A scope is mine, team or all.")),
    };
    let is_open = match query.state.as_str() {
        "" | "open" => true,
        "closed" => false,
        _ => return Err(Failure::Invalid("A state is open or closed.")),
    };
    Ok(Json(
        edge.service
            .tasks(&caller, scope, is_open, &TaskFilter::default())
            .await?,
    ))
}

/// Give a task to somebody else, let it be due at another time, do it, take it back, or open it again.
#[utoipa::path(post, path = "/v1/tasks/{id}", tag = "tasks", request_body = wire::TaskStep,
    params(("id" = String, Path, description = "`tsk_…`"), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = wire::Changed), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn change(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Ids(id): Ids<String>,
    Body(step): Body<wire::TaskStep>,
) -> Outcome<Json<wire::Changed>> {
    Ok(Json(
        edge.service.change_task(&caller, key, &id, &step).await?.changed(),
    ))
}

/// What patients have not read in time. The look is on the record.
#[utoipa::path(get, path = "/v1/unread-by-patients", tag = "tasks",
    responses((status = 200, body = wire::UnreadList), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn unread(State(edge): State<Edge>, caller: Caller) -> Outcome<Json<wire::UnreadList>> {
    Ok(Json(edge.service.unread_by_patients(&caller).await?))
}
