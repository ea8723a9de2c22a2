//! The published specifications: OpenAPI 3.1 of the routes, AsyncAPI 3 of the socket. Both are made from the types of the wire,
//! so they cannot say anything else than what the node does.

use axum::Json;
use axum::response::{IntoResponse, Response};
use corridor_protocol as wire;
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa::OpenApi as _;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{InfoBuilder, OpenApi, SecurityRequirement};

/// The routes' specification with its frame.
pub(super) fn open_api(mut specification: OpenApi) -> OpenApi {
    specification.info = InfoBuilder::new()
        .title("Corridor")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "A clinic's own messenger. The page for people is docs/protocol.md; the socket is in /asyncapi.json.",
        ))
        .build();
    let components = specification.components.get_or_insert_default();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("The token of a sign-in, for programs."))
        .build();
    components.add_security_scheme("token", SecurityScheme::Http(bearer));
    let cookie = ApiKeyValue::with_description(
        super::SESSION_COOKIES[1],
        "The HttpOnly cookie of a sign-in, for browsers.",
    );
    components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    let none: [&str; 0] = [];
    specification.security = Some(vec![
        SecurityRequirement::new("token", none),
        SecurityRequirement::new("cookie", none),
    ]);
    specification
}

pub(super) async fn answer(specification: Arc<OpenApi>) -> Response {
    Json(specification.as_ref()).into_response()
}

pub(super) async fn async_api() -> Response {
    Json(async_api_document()).into_response()
}

/// The schemas of the frames, with everything they refer to.
#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(wire::ClientFrame, wire::ServerFrame)))]
struct Frames;

/// Frames of one direction: the `type` of each, as its schema says.
fn frame_types(schemas: &Value, name: &str) -> Vec<String> {
    let variants = schemas[name]["oneOf"].as_array().cloned().unwrap_or_default();
    variants.iter().filter_map(find_type).collect()
}

/// The tag of a variant: in its own properties, or in a part of an `allOf`.
fn find_type(variant: &Value) -> Option<String> {
    let own = &variant["properties"]["type"]["enum"][0];
    if let Some(tag) = own.as_str() {
        return Some(tag.to_owned());
    }
    variant["allOf"].as_array()?.iter().find_map(find_type)
}

/// The socket's specification.
pub(crate) fn async_api_document() -> Value {
    let components = serde_json::to_value(Frames::openapi()).unwrap_or_default();
    let schemas = components["components"]["schemas"].clone();
    let mut messages = serde_json::Map::new();
    let mut operations = serde_json::Map::new();
    let directions = [
        ("ClientFrame", "receive", frame_types(&schemas, "ClientFrame")),
        ("ServerFrame", "send", frame_types(&schemas, "ServerFrame")),
    ];
    for (schema, action, types) in directions {
        let mut references = Vec::new();
        for (place, tag) in types.iter().enumerate() {
            let name = format!("{action}_{tag}");
            let payload = schemas[schema]["oneOf"][place].clone();
            messages.insert(
                name.clone(),
                json!({ "name": tag, "contentType": "application/json", "payload": payload }),
            );
            references.push(json!({ "$ref": format!("#/channels/socket/messages/{name}") }));
        }
        let summary = match action {
            "receive" => "Frames that a client sends.",
            _ => "Frames that a node sends.",
        };
        operations.insert(
            action.to_owned(),
            json!({ "action": action, "channel": { "$ref": "#/channels/socket" }, "summary": summary, "messages": references }),
        );
    }
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Corridor, the socket",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "JSON text frames over one WebSocket. The page for people is docs/protocol.md.",
        },
        "defaultContentType": "application/json",
        "channels": { "socket": { "address": "/v1/socket", "messages": messages } },
        "operations": operations,
        "components": { "schemas": schemas },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_is_in_the_specification() {
        let document = async_api_document();
        let messages = document["channels"]["socket"]["messages"].as_object().unwrap();
        let client =
            ["hello", "command", "typing", "presence", "heartbeat", "watch_queue"].map(|tag| format!("receive_{tag}"));
        let server = [
            "welcome",
            "caught_up",
            "heartbeat",
            "result",
            "event",
            "typing",
            "presence",
            "queue_changed",
            "queue_closed",
            "coverage_changed",
            "attention_changed",
            "scheduled_changed",
            "settings_changed",
            "task_changed",
            "reset",
            "goodbye",
        ]
        .map(|tag| format!("send_{tag}"));
        for name in client.iter().chain(&server) {
            assert!(
                messages.contains_key(name),
                "{name} is missing in {:?}",
                messages.keys()
            );
        }
        assert_eq!(messages.len(), client.len() + server.len());
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let documents = [
            async_api_document(),
            serde_json::to_value(crate::http::specification()).unwrap(),
        ];
        for document in documents {
            let text = document.to_string();
            for reference in text
                .split("\"$ref\":\"")
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
            {
                let pointer = reference.strip_prefix('#').unwrap();
                assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
            }
        }
    }

    #[test]
    fn every_route_of_the_page_for_people_is_in_the_specification() {
        let document = serde_json::to_value(crate::http::specification()).unwrap();
        assert_eq!(document["openapi"], "3.1.0");
        let page = include_str!("../../../docs/protocol.md");
        let mut checked = 0;
        for line in page.lines().filter(|line| line.starts_with("| `")) {
            let route = line.trim_start_matches("| `").split('`').next().unwrap();
            let Some((method, path)) = route.split_once(' ') else {
                continue;
            };
            let path = path.split('?').next().unwrap();
            if !path.starts_with("/v1/") || path == "/v1/socket" {
                continue;
            }
            let known = &document["paths"][path][method.to_lowercase()];
            assert!(known.is_object(), "{route} is not in the specification");
            checked += 1;
        }
        let published: usize = document["paths"]
            .as_object()
            .unwrap()
            .values()
            .map(|path| path.as_object().unwrap().len())
            .sum();
        assert_eq!(published, checked, "docs/protocol.md lists all routes and no others");
    }
}
