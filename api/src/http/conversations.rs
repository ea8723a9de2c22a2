//! Routes of conversations: lists, heads, members, history.

use super::Edge;
use super::requests::{Body, Ids, Key, Query};
use crate::convert;
use crate::failure::{Failure, Outcome};
use crate::service::{Caller, InboxFilter, Scope, Turn};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use corridor_domain::ids::ConversationId;
use corridor_domain::limits;
use corridor_domain::refusal::Refusal;
use corridor_protocol as wire;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(inbox))
        .routes(routes!(list, create))
        .routes(routes!(read, change))
        .routes(routes!(events))
        .routes(routes!(members, add_member))
        .routes(routes!(remove_member))
}

/// A conversation named in a path. What is no id names nothing that exists.
pub(super) fn named(id: &str) -> Outcome<ConversationId> {
    convert::conversation_id(id).map_err(|_| Failure::Refused(Refusal::NotFound))
}

/// Which part of the inbox.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct InboxQuery {
    /// `all`, `unread`, `read` or `put_away`; what one put away is in the last alone.
    #[param(required = false)]
    filter: String,
    /// Part of a topic, patient's name or MRN.
    #[param(required = false)]
    q: String,
    /// At most so many.
    #[param(required = false)]
    limit: Option<usize>,
}

/// The inbox: one's conversations, newest first, with previews and counts.
#[utoipa::path(get, path = "/v1/inbox", tag = "conversations", params(InboxQuery),
    responses((status = 200, body = wire::Inbox), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn inbox(
    State(edge): State<Edge>,
    caller: Caller,
    Query(query): Query<InboxQuery>,
) -> Outcome<Json<wire::Inbox>> {
    let filter = match query.filter.as_str() {
        "" | "all" => InboxFilter::All,
        "unread" => InboxFilter::Unread,
        "read" => InboxFilter::Read,
        "put_away" => InboxFilter::PutAway,
        _ => return Err(Failure::Invalid("A filter is all, unread, read or put_away.")),
    };
    Ok(Json(
        edge.service
            .inbox(
                &caller,
                filter,
                &query.q,
                query.limit.unwrap_or(limits::INBOX_COUNT_MAX),
            )
            .await?,
    ))
}

/// Which conversations.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// `mine`, `organization` or `public`.
    #[param(required = false)]
    scope: String,
    /// Part of a topic, patient's name or MRN.
    #[param(required = false)]
    q: String,
    /// At most so many.
    #[param(required = false)]
    limit: Option<usize>,
}

/// Conversations: one's own, the organization's patient conversations, or the channels one may join.
#[utoipa::path(get, path = "/v1/conversations", tag = "conversations", params(ListQuery),
    responses((status = 200, body = wire::ConversationList), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn list(
    State(edge): State<Edge>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Outcome<Json<wire::ConversationList>> {
    let scope = match query.scope.as_str() {
        "" | "mine" => Scope::Mine,
        "organization" => Scope::Organization,
        "public" => Scope::Public,
        _ => return Err(Failure::Invalid("A scope is mine, organization or public.")),
    };
    Ok(Json(
        edge.service
            .conversations(&caller, scope, &query.q, query.limit.unwrap_or(limits::INBOX_COUNT_MAX))
            .await?,
    ))
}

/// Begin a conversation.
#[utoipa::path(post, path = "/v1/conversations", tag = "conversations", request_body = wire::CreateConversation,
    params(("Idempotency-Key" = String, Header)),
    responses((status = 201, body = wire::Created), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn create(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Body(request): Body<wire::CreateConversation>,
) -> Outcome<Response> {
    let created = edge.service.create_conversation(&caller, key, &request).await?;
    Ok((StatusCode::CREATED, Json(created)).into_response())
}

/// A conversation with its members.
#[utoipa::path(get, path = "/v1/conversations/{id}", tag = "conversations", params(("id" = String, Path, description = "`con_…`")),
    responses((status = 200, body = wire::Conversation), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn read(State(edge): State<Edge>, caller: Caller, Ids(id): Ids<String>) -> Outcome<Json<wire::Conversation>> {
    Ok(Json(edge.service.conversation(&caller, named(&id)?).await?))
}

/// Rename, archive, reopen or hand over a conversation.
#[utoipa::path(patch, path = "/v1/conversations/{id}", tag = "conversations", request_body = wire::ChangeConversation,
    params(("id" = String, Path, description = "`con_…`"), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = wire::Changed), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn change(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Ids(id): Ids<String>,
    Body(change): Body<wire::ChangeConversation>,
) -> Outcome<Json<wire::Changed>> {
    Ok(Json(
        edge.service
            .change_conversation(&caller, key, named(&id)?, &change)
            .await?
            .changed(),
    ))
}

/// Which page of history.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct EventsQuery {
    /// Events after this `seq`; 0 when neither is given.
    #[param(required = false)]
    after: Option<u64>,
    /// The last events before this `seq`.
    #[param(required = false)]
    before: Option<u64>,
    /// At most so many, 100 at most.
    #[param(required = false)]
    limit: Option<usize>,
}

/// A page of history, ascending, each message as it stands now.
#[utoipa::path(get, path = "/v1/conversations/{id}/events", tag = "conversations",
    params(("id" = String, Path, description = "`con_…`"), EventsQuery),
    responses((status = 200, body = wire::EventPage), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn events(
    State(edge): State<Edge>,
    caller: Caller,
    Ids(id): Ids<String>,
    Query(query): Query<EventsQuery>,
) -> Outcome<Json<wire::EventPage>> {
    let turn = match (query.after, query.before) {
        (Some(_), Some(_)) => return Err(Failure::Invalid("Ask for events after a seq or before one, not both.")),
        (_, Some(before)) => Turn::Before(before),
        (after, None) => Turn::After(after.unwrap_or(0)),
    };
    Ok(Json(
        edge.service
            .events(
                &caller,
                named(&id)?,
                turn,
                query.limit.unwrap_or(limits::PAGE_COUNT_MAX),
            )
            .await?,
    ))
}

/// The members.
#[utoipa::path(get, path = "/v1/conversations/{id}/members", tag = "conversations", params(("id" = String, Path, description = "`con_…`")),
    responses((status = 200, body = wire::MemberList), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn members(State(edge): State<Edge>, caller: Caller, Ids(id): Ids<String>) -> Outcome<Json<wire::MemberList>> {
    Ok(Json(edge.service.members(&caller, named(&id)?).await?))
}

/// Add a member; oneself: join.
#[utoipa::path(post, path = "/v1/conversations/{id}/members", tag = "conversations", request_body = wire::AddMember,
    params(("id" = String, Path, description = "`con_…`"), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = wire::Changed), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn add_member(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Ids(id): Ids<String>,
    Body(request): Body<wire::AddMember>,
) -> Outcome<Json<wire::Changed>> {
    Ok(Json(
        edge.service
            .add_member(&caller, key, named(&id)?, &request)
            .await?
            .changed(),
    ))
}

/// Remove a member; oneself: leave.
#[utoipa::path(delete, path = "/v1/conversations/{id}/members/{person_id}", tag = "conversations",
    params(("id" = String, Path, description = "`con_…`"), ("person_id" = String, Path, description = "`per_…`"), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = wire::Changed), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn remove_member(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Ids((id, person)): Ids<(String, String)>,
) -> Outcome<Json<wire::Changed>> {
    let person = convert::person_id(&person).map_err(|_| Failure::Refused(Refusal::NotFound))?;
    Ok(Json(
        edge.service
            .remove_member(&caller, key, named(&id)?, person)
            .await?
            .changed(),
    ))
}
