//! `queue`: ten thousand open patient conversations: how fast the first page comes, and when everybody has seen a claim.

use super::Bench;
use crate::bars::Bar;
use crate::clinic::{Clinic, Person, create, in_parallel, new_command_id, sign_in};
use crate::clock;
use crate::failure::{Context, Failure, Outcome};
use crate::http::Connection;
use crate::measure::Latencies;
use crate::wire;
use futures_util::future::try_join_all;
use futures_util::{SinkExt, StreamExt};
use hyper::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

const CONVERSATIONS: usize = 10_000;
const CONVERSATIONS_QUICK: usize = 300;
const WATCHERS: usize = 10;
const WATCHERS_QUICK: usize = 3;
const PAGES: usize = 500;
const PAGES_QUICK: usize = 20;
const CLAIMS: usize = 200;
const CLAIMS_QUICK: usize = 10;
/// As many as a screen shows with a little room to scroll.
const PAGE: usize = 50;
const FIRST_PAGE_MS: f64 = 20.0;
const CLAIM_SEEN_MS: f64 = 200.0;
const CONNECTIONS_AT_ONCE: usize = 64;
/// Password hashes take a core each.
const SIGN_INS_AT_ONCE: usize = 4;
/// Longest wait for a frame. Who is later was never told.
const PATIENCE: Duration = Duration::from_secs(20);

type Socket = WebSocketStream<TcpStream>;

/// The front desk looks at the queue again and again; then nurses claim, and every desk must be told.
pub async fn run(bench: &mut Bench) -> Outcome<()> {
    let (conversations, watchers, pages, claims) = match bench.quick {
        true => (CONVERSATIONS_QUICK, WATCHERS_QUICK, PAGES_QUICK, CLAIMS_QUICK),
        false => (CONVERSATIONS, WATCHERS, PAGES, CLAIMS),
    };
    let clinic = bench.template.open("queue", false).await?;
    let desks = hire(&clinic, watchers).await?;
    bench.progress.show("admitting patients", 0.0);
    let threads = admit(&clinic, conversations).await?;

    let mut connection = Connection::open(clinic.node.address).await?;
    let path = format!("/v1/queue?limit={PAGE}");
    let (mut first_ms, mut page_times) = (0.0, Latencies::new()?);
    for number in 0..=pages {
        let desk = &desks[number % desks.len()];
        let begun_ns = clock::now_ns();
        let page = connection.get(&path, Some(&desk.token)).await?.expect(200)?;
        let took_ns = clock::now_ns() - begun_ns;
        check_page(&page, conversations)?;
        // The first one on a node reads all of them.
        match number {
            0 => first_ms = took_ns as f64 / 1e6,
            _ => page_times.record(took_ns),
        }
        bench
            .progress
            .show("looking at the queue", number as f64 / pages as f64);
    }
    let claim_times = claim(bench, &clinic, &desks, &threads, claims).await?;
    bench.report.put(
        "queue",
        json!({
            "conversations": conversations,
            "watchers": watchers,
            "page": PAGE,
            "gathered_ms": first_ms,
            "first_page": page_times.as_json(),
            "claim_seen": claim_times.as_json(),
            "rss_kib": clinic.node.rss_kib()?,
        }),
    );
    let page_ms = page_times.quantile_ms(0.99);
    bench
        .report
        .bar(Bar::at_most("queue.first_page_p99_ms", page_ms, FIRST_PAGE_MS));
    let seen_ms = claim_times.quantile_ms(1.0);
    bench
        .report
        .bar(Bar::at_most("queue.claim_seen_max_ms", seen_ms, CLAIM_SEEN_MS));
    clinic.close().await
}

fn check_page(page: &Value, conversations: usize) -> Outcome<()> {
    let rows = page["conversations"]
        .as_array()
        .context("a page without conversations")?;
    let is_whole = page["total"] == conversations && rows.len() == PAGE.min(conversations);
    let has_words = rows.iter().all(|row| row["last_message"]["preview"].is_string());
    if is_whole && has_words {
        return Ok(());
    }
    Err(Failure::Broken(format!(
        "the queue has {} conversations, and {} rows",
        page["total"],
        rows.len()
    )))
}

/// The front desks, signed in.
async fn hire(clinic: &Clinic, count: usize) -> Outcome<Vec<Person>> {
    let mut connection = Connection::open(clinic.node.address).await?;
    let administrator = sign_in(&mut connection, "load").await?;
    let hire = async |connection: &mut Connection, number: usize| {
        let login = format!("desk{number}");
        let person = json!({
            "kind": "staff", "name": format!("Desk {number}"), "login": login, "password": crate::clinic::PASSWORD,
            "roles": ["front_desk", "organization_queue"],
        });
        create(connection, "/v1/people", &administrator.token, &person).await?;
        sign_in(connection, &login).await
    };
    in_parallel(clinic.node.address, SIGN_INS_AT_ONCE.min(count), 0..count, hire).await
}

/// Patients of the first person, each with a conversation in which something was said. The conversations.
async fn admit(clinic: &Clinic, count: usize) -> Outcome<Vec<String>> {
    let mut connection = Connection::open(clinic.node.address).await?;
    let administrator = sign_in(&mut connection, "load").await?;
    let nurse = &clinic.people[0];
    let admit = async |connection: &mut Connection, number: usize| {
        let patient = json!({
            "kind": "patient", "name": format!("Patient {number}"), "mrn": format!("MRN-{number}"),
            "birth_date": "1984-03-12", "care_team": [nurse.id],
        });
        create(connection, "/v1/people", &administrator.token, &patient).await
    };
    in_parallel(clinic.node.address, CONNECTIONS_AT_ONCE.min(count), 0..count, admit).await?;
    let mut threads = Vec::with_capacity(count);
    let mut after = String::new();
    loop {
        let path = format!("/v1/queue?limit=100&after={after}");
        let page = connection.get(&path, Some(&nurse.token)).await?.expect(200)?;
        let rows = page["conversations"]
            .as_array()
            .context("a page without conversations")?;
        threads.extend(rows.iter().filter_map(|row| Some(row["id"].as_str()?.to_owned())));
        match page["next_after"].as_str() {
            Some(next) => after = next.to_owned(),
            None => break,
        }
    }
    let say = async |connection: &mut Connection, thread: &String| {
        let note = json!({ "body": "Called back, will come on Monday at ten.", "audience": "team" });
        let path = format!("/v1/conversations/{thread}/messages");
        create(connection, &path, &nurse.token, &note).await
    };
    in_parallel(clinic.node.address, CONNECTIONS_AT_ONCE.min(count), threads.iter(), say).await?;
    Ok(threads)
}

/// From before a claim is sent until the last desk was told.
async fn claim(
    bench: &Bench,
    clinic: &Clinic,
    desks: &[Person],
    threads: &[String],
    count: usize,
) -> Outcome<Latencies> {
    let mut sockets = try_join_all(desks.iter().map(|desk| watch(clinic, desk))).await?;
    let mut connection = Connection::open(clinic.node.address).await?;
    let mut times = Latencies::new()?;
    for (number, thread) in threads.iter().take(count).enumerate() {
        let begun_ns = clock::now_ns();
        let path = format!("/v1/conversations/{thread}/care");
        let (id, step) = (new_command_id(), json!({ "step": "take" }));
        let token = &clinic.people[0].token;
        let claiming = connection.ask(Method::POST, &path, Some(token), Some(&id), Some(&step));
        let told = try_join_all(sockets.iter_mut().map(|socket| until_told(socket, thread)));
        let (claimed, told) = tokio::join!(claiming, told);
        claimed?.expect(200)?;
        let last_ns = told?.into_iter().max().unwrap_or(begun_ns);
        times.record(last_ns.saturating_sub(begun_ns));
        bench.progress.show("claiming", number as f64 / count as f64);
    }
    Ok(times)
}

async fn watch(clinic: &Clinic, desk: &Person) -> Outcome<Socket> {
    let address = clinic.node.address;
    let stream = TcpStream::connect(address).await.context("connecting")?;
    stream.set_nodelay(true).context("connecting")?;
    let url = format!("ws://{address}/v1/socket");
    let (mut socket, _) = tokio_tungstenite::client_async(url, stream).await.context("a socket")?;
    let said = [
        wire::hello(&desk.token, None),
        r#"{"type":"watch_queue","active":true}"#.to_owned(),
        r#"{"type":"heartbeat"}"#.to_owned(),
    ];
    for frame in said {
        socket.send(Message::text(frame)).await.context("a socket")?;
    }
    // Its answer comes behind what was asked before it.
    until(&mut socket, |frame| frame["type"] == "heartbeat").await?;
    Ok(socket)
}

async fn until_told(socket: &mut Socket, thread: &str) -> Outcome<u64> {
    until(socket, |frame| {
        frame["type"] == "queue_changed" && frame["conversation_id"] == thread
    })
    .await
}

/// When the frame came.
async fn until(socket: &mut Socket, wanted: impl Fn(&Value) -> bool) -> Outcome<u64> {
    let reading = async {
        while let Some(message) = socket.next().await {
            let Message::Text(text) = message.context("a socket")? else {
                continue;
            };
            let frame: Value = serde_json::from_str(text.as_str()).context("a frame of the node")?;
            if wanted(&frame) {
                return Ok(clock::now_ns());
            }
        }
        Err(Failure::Broken("a socket ended".to_owned()))
    };
    timeout(PATIENCE, reading).await.context("a desk was not told")?
}
