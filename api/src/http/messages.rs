//! Routes of messages. Each becomes the same command that the socket takes.

use super::Edge;
use super::conversations::named;
use super::requests::{Body, Ids, Key, Query};
use crate::failure::Outcome;
use crate::service::{Caller, Done};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use corridor_domain::ids::CommandId;
use corridor_protocol as wire;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(send))
        .routes(routes!(edit, retract))
        .routes(routes!(receipts))
        .routes(routes!(versions))
        .routes(routes!(mark_read))
        .routes(routes!(confirm_delivery))
        .routes(routes!(acknowledge))
}

async fn run(edge: &Edge, caller: &Caller, key: CommandId, command: wire::Command) -> Outcome<Done> {
    edge.service.command(caller, key, &command).await
}

/// Send a message.
#[utoipa::path(post, path = "/v1/conversations/{id}/messages", tag = "messages", request_body = wire::SendMessage,
    params(("id" = String, Path, description = "`con_…`"), ("Idempotency-Key" = String, Header)),
    responses((status = 201, body = wire::Sent), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn send(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Ids(id): Ids<String>,
    Body(message): Body<wire::SendMessage>,
) -> Outcome<Response> {
    let conversation_id = named(&id)?.to_string();
    let done = run(
        &edge,
        &caller,
        key,
        wire::Command::SendMessage {
            conversation_id,
            message,
        },
    )
    .await?;
    let sent = wire::Sent {
        seq: done.seq,
        number: done.number,
        revision: done.revision,
        at_ms: done.at_ms,
    };
    Ok((StatusCode::CREATED, Json(sent)).into_response())
}

/// Give a message a new version.
#[utoipa::path(patch, path = "/v1/conversations/{id}/messages/{seq}", tag = "messages", request_body = wire::EditMessage,
    params(("id" = String, Path, description = "`con_…`"), ("seq" = u64, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = wire::Changed), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn edit(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Ids((id, seq)): Ids<(String, u64)>,
    Body(edit): Body<wire::EditMessage>,
) -> Outcome<Json<wire::Changed>> {
    let conversation_id = named(&id)?.to_string();
    let done = run(
        &edge,
        &caller,
        key,
        wire::Command::EditMessage {
            conversation_id,
            seq,
            edit,
        },
    )
    .await?;
    Ok(Json(done.changed()))
}

/// Take a message back.
#[utoipa::path(delete, path = "/v1/conversations/{id}/messages/{seq}", tag = "messages",
    params(("id" = String, Path, description = "`con_…`"), ("seq" = u64, Path), ("reason" = Option<String>, Query), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = wire::Changed), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn retract(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Ids((id, seq)): Ids<(String, u64)>,
    Query(retraction): Query<wire::RetractMessage>,
) -> Outcome<Json<wire::Changed>> {
    let conversation_id = named(&id)?.to_string();
    let done = run(
        &edge,
        &caller,
        key,
        wire::Command::RetractMessage {
            conversation_id,
            seq,
            reason: retraction.reason,
        },
    )
    .await?;
    Ok(Json(done.changed()))
}

/// How far a message came with each recipient.
#[utoipa::path(get, path = "/v1/conversations/{id}/messages/{seq}/receipts", tag = "messages",
    params(("id" = String, Path, description = "`con_…`"), ("seq" = u64, Path)),
    responses((status = 200, body = wire::ReceiptList), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn receipts(
    State(edge): State<Edge>,
    caller: Caller,
    Ids((id, seq)): Ids<(String, u64)>,
) -> Outcome<Json<wire::ReceiptList>> {
    Ok(Json(edge.service.receipts(&caller, named(&id)?, seq).await?))
}

/// A message's versions.
#[utoipa::path(get, path = "/v1/conversations/{id}/messages/{seq}/versions", tag = "messages",
    params(("id" = String, Path, description = "`con_…`"), ("seq" = u64, Path)),
    responses((status = 200, body = wire::VersionList), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn versions(
    State(edge): State<Edge>,
    caller: Caller,
    Ids((id, seq)): Ids<(String, u64)>,
) -> Outcome<Json<wire::VersionList>> {
    Ok(Json(edge.service.versions(&caller, named(&id)?, seq).await?))
}

/// Everything up to there was read.
#[utoipa::path(post, path = "/v1/conversations/{id}/read", tag = "messages", request_body = wire::UpTo,
    params(("id" = String, Path, description = "`con_…`"), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = wire::MarkedRead), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn mark_read(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Ids(id): Ids<String>,
    Body(up_to): Body<wire::UpTo>,
) -> Outcome<Json<wire::MarkedRead>> {
    let conversation_id = named(&id)?.to_string();
    let done = run(
        &edge,
        &caller,
        key,
        wire::Command::MarkRead {
            conversation_id,
            seq: up_to.seq,
        },
    )
    .await?;
    Ok(Json(wire::MarkedRead {
        revision: done.revision,
        unread: done.unread,
    }))
}

/// Everything up to there reached this device.
#[utoipa::path(post, path = "/v1/conversations/{id}/delivered", tag = "messages", request_body = wire::UpTo,
    params(("id" = String, Path, description = "`con_…`"), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = wire::Changed), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn confirm_delivery(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Ids(id): Ids<String>,
    Body(up_to): Body<wire::UpTo>,
) -> Outcome<Json<wire::Changed>> {
    let conversation_id = named(&id)?.to_string();
    let done = run(
        &edge,
        &caller,
        key,
        wire::Command::ConfirmDelivery {
            conversation_id,
            seq: up_to.seq,
        },
    )
    .await?;
    Ok(Json(done.changed()))
}

/// I have it: acknowledge a message.
#[utoipa::path(post, path = "/v1/conversations/{id}/acknowledge", tag = "messages", request_body = wire::UpTo,
    params(("id" = String, Path, description = "`con_…`"), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = wire::Changed), (status = "4XX", body = wire::Problem, content_type = "application/problem+json")))]
async fn acknowledge(
    State(edge): State<Edge>,
    caller: Caller,
    Key(key): Key,
    Ids(id): Ids<String>,
    Body(message): Body<wire::UpTo>,
) -> Outcome<Json<wire::Changed>> {
    let conversation_id = named(&id)?.to_string();
    let done = run(
        &edge,
        &caller,
        key,
        wire::Command::Acknowledge {
            conversation_id,
            seq: message.seq,
        },
    )
    .await?;
    Ok(Json(done.changed()))
}
