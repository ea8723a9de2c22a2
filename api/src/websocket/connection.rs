//! One socket from hello to goodbye: reads frames, passes commands on in order, writes results and events.
//!
//! Resume without a hole: the device is attached first; then everything up to its handover is replayed from storage; what the
//! outbox holds from before it is skipped. Knows no rules of the clinic and keeps nothing.

use super::Greeting;
use super::beginning::{Begun, Here, begin};
use super::handing_on::hand_on;
use super::handshake::Socket;
use super::results::{result, wait};
use super::session_protocol::{Illegal, Phase, Step, step};
use super::writer::{Gone, Writer};
use crate::convert::objects;
use crate::elsewhere::Beginning;
use crate::encode;
use crate::failure::Failure;
use crate::http::Edge;
use crate::service::Caller;
use corridor_actors::node::{AttachError, Attached};
use corridor_actors::outbox::{Farewell, Item};
use corridor_actors::rates::Bucket;
use corridor_actors::session::SessionMessage;
use corridor_domain::decide::side_of;
use corridor_domain::limits;
use corridor_protocol::{GoodbyeReason, ServerFrame, VERSION};
use corridor_storage::high_water;
use futures::stream::{FuturesUnordered, SplitStream};
use futures::{FutureExt, StreamExt, future::BoxFuture};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};
use tokio_tungstenite::tungstenite::Message;

/// How the socket ends, and when to come back.
pub(super) type Ending = (GoodbyeReason, Option<u64>);

/// A result on its way to the client.
type Pending = BoxFuture<'static, ServerFrame>;

/// Serves one socket. What is done once is boxed: a socket that says nothing is one task, and as large as its largest step.
pub(super) async fn run(socket: Socket, edge: Edge, token: Option<String>, greeting: Greeting) {
    let (sink, mut stream) = socket.split();
    let mut writer = Writer::new(sink);
    let ending = match Box::pin(begin(&mut stream, edge.clone(), token)).await {
        Ok(Begun::Here(begun)) => {
            drop(edge);
            greeting.end();
            let Here { edge, caller, since } = *begun;
            serve(&mut writer, &mut stream, &edge, caller, since).await
        }
        Ok(Begun::Elsewhere {
            workspace,
            token,
            hello,
        }) => {
            let beginning = Beginning {
                workspace,
                client: greeting.client,
                token,
                hello,
            };
            // Nothing of the workspace by whose door it came is held: that may rest, move, or start anew.
            let (gate, elsewhere) = (Arc::clone(&edge.gate), edge.elsewhere.upgrade());
            drop(edge);
            let come_back_ms = move || Some(gate.come_back_ms());
            match elsewhere {
                Some(elsewhere) => {
                    Box::pin(hand_on(
                        &mut writer,
                        &mut stream,
                        elsewhere,
                        beginning,
                        greeting,
                        come_back_ms,
                    ))
                    .await
                }
                None => Some((GoodbyeReason::ShuttingDown, come_back_ms())),
            }
        }
        Err(ending) => ending,
    };
    if let Some((reason, retry_after_ms)) = ending {
        Box::pin(writer.goodbye(reason, retry_after_ms)).await;
    }
}

async fn serve(
    writer: &mut Writer,
    stream: &mut SplitStream<Socket>,
    edge: &Edge,
    caller: Caller,
    since: Option<u64>,
) -> Option<Ending> {
    let side = side_of(Some(&caller.person));
    let actors = edge.service.actors();
    let attaching = actors.attach(caller.session.id, caller.person.id, side, caller.person.is_staff());
    let attached = match Box::pin(attaching).await {
        Ok(attached) => attached,
        Err(AttachError::SessionEnded) => return Some((GoodbyeReason::SessionEnded, None)),
        Err(_) => return Some(broken(edge)),
    };
    high_water::SOCKETS.note(usize::try_from(edge.service.actors().devices().count()).unwrap_or(usize::MAX));
    writer.watch(Arc::clone(&attached.connected.outbox));
    let limit = Duration::from_millis(limits::REPLAY_TIMEOUT_MS);
    let catching_up = catch_up(writer, edge, &caller, since, attached.handover.replay_to());
    let caught_up = Box::pin(timeout(limit, catching_up)).await;
    let live = match caught_up.unwrap_or(Err(Stop::Gone(Gone::Stalled))) {
        Ok(()) => Live {
            edge,
            caller: &caller,
            attached: &attached,
            pending: FuturesUnordered::new(),
        },
        Err(Stop::Gone(gone)) => return ending_of(gone, edge, &attached),
        Err(Stop::Failed) => return Some(broken(edge)),
    };
    live.run(writer, stream).await
}

enum Stop {
    Gone(Gone),
    Failed,
}

impl From<Gone> for Stop {
    fn from(gone: Gone) -> Self {
        Self::Gone(gone)
    }
}

/// Says welcome, replays what was missed up to `revision`, says when that is all.
async fn catch_up(
    writer: &mut Writer,
    edge: &Edge,
    caller: &Caller,
    since: Option<u64>,
    revision: u64,
) -> Result<(), Stop> {
    let welcome = ServerFrame::Welcome {
        version: VERSION,
        person: Box::new(objects::person(&caller.person, None)),
        session_id: caller.session.id.to_string(),
        revision,
        heartbeat_ms: limits::HEARTBEAT_MS,
        heartbeat_answered: true,
    };
    writer.feed_frame(&welcome).await?;
    let resumed = match since {
        None => "fresh",
        // A cursor from the future belongs to another history.
        Some(since) if since > revision => reset(writer, "unknown_revision").await?,
        Some(since) => match edge.service.missed(caller, since).await {
            Ok(Some(events)) => {
                for event in events.into_iter().filter(|event| event.revision <= revision) {
                    writer.feed_frame(&ServerFrame::Event(Box::new(event))).await?;
                }
                "replayed"
            }
            Ok(None) => reset(writer, "too_far_behind").await?,
            // Too much to do, or stopping: said to the client, and nothing is broken.
            Err(Failure::Submit(_)) => return Err(Stop::Failed),
            Err(failure) => {
                tracing::warn!(?failure, "a replay failed; the client comes back");
                return Err(Stop::Failed);
            }
        },
    };
    crate::metrics::RESUMES.add(&[resumed], 1);
    writer.feed_frame(&ServerFrame::CaughtUp { revision }).await?;
    writer.flush().await?;
    Ok(())
}

async fn reset(writer: &mut Writer, reason: &str) -> Result<&'static str, Gone> {
    writer
        .feed_frame(&ServerFrame::Reset {
            reason: reason.to_owned(),
        })
        .await?;
    Ok("reset")
}

/// A socket that is caught up.
struct Live<'a> {
    edge: &'a Edge,
    caller: &'a Caller,
    attached: &'a Attached,
    pending: FuturesUnordered<Pending>,
}

impl Live<'_> {
    async fn run(self, writer: &mut Writer, stream: &mut SplitStream<Socket>) -> Option<Ending> {
        let (edge, attached) = (self.edge, self.attached);
        match self.serve(writer, stream).await {
            Ok(ending) => ending,
            Err(gone) => ending_of(gone, edge, attached),
        }
    }

    async fn serve(mut self, writer: &mut Writer, stream: &mut SplitStream<Socket>) -> Result<Option<Ending>, Gone> {
        let mut items = Vec::new();
        let mut heartbeat = interval(Duration::from_millis(limits::HEARTBEAT_MS));
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        heartbeat.tick().await;
        let begun = Instant::now();
        let mut heard_at = begun;
        let rate = self.edge.gate.bounds().frames;
        let mut frames = Bucket::full(rate, 0);
        // Pays for a frame that was read, or says until when nothing more is read: what comes too fast waits on the client's side.
        let pay = |frames: &mut Bucket, now: Instant| {
            let now_ns = u64::try_from(now.duration_since(begun).as_nanos()).unwrap_or(u64::MAX);
            let wait_ns = frames.take(rate, now_ns).err()?;
            Some(now + Duration::from_nanos(wait_ns))
        };
        let mut paused_until = None;
        let remaining_ms = self
            .caller
            .session
            .expires_at_ms
            .saturating_sub(self.edge.service.now_ms());
        let expiry = sleep_until(Instant::now() + Duration::from_millis(remaining_ms));
        tokio::pin!(expiry);
        loop {
            let may_read = self.pending.len() < limits::COMMANDS_PER_SOCKET_IN_FLIGHT_MAX && paused_until.is_none();
            tokio::select! {
                taken = self.attached.connected.outbox.take(&mut items) => match taken {
                    Ok(()) => write_items(writer, self.attached, &mut items).await?,
                    Err(farewell) => return Ok(Some(ending(farewell, self.edge))),
                },
                Some(frame) = self.pending.next(), if !self.pending.is_empty() => {
                    self.write_results(writer, frame).await?;
                }
                message = stream.next(), if may_read => {
                    heard_at = Instant::now();
                    match message {
                        Some(Ok(Message::Text(text))) => {
                            if let Some(ending) = self.on_text(text.as_str()).await {
                                return Ok(Some(ending));
                            }
                        }
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                        // As in `next_text`.
                        Some(Ok(Message::Binary(_) | Message::Frame(_)) | Err(_)) => return Ok(Some((GoodbyeReason::ProtocolError, None))),
                        Some(Ok(Message::Close(_))) | None => return Ok(None),
                    }
                    paused_until = pay(&mut frames, heard_at);
                }
                () = pause(paused_until), if paused_until.is_some() => paused_until = pay(&mut frames, Instant::now()),
                _ = heartbeat.tick() => {
                    if heard_at.elapsed() > Duration::from_millis(limits::HEARTBEAT_MS * 5 / 2) {
                        return Ok(None);
                    }
                    writer.feed_frame(&ServerFrame::Heartbeat).await?;
                    writer.ping().await?;
                }
                () = &mut expiry => return Ok(Some((GoodbyeReason::SessionEnded, None))),
            }
        }
    }

    /// Results that are ready by now go out together.
    async fn write_results(&mut self, writer: &mut Writer, first: ServerFrame) -> Result<(), Gone> {
        let mut frame = Some(first);
        while let Some(ready) = frame {
            if !matches!(ready, ServerFrame::Heartbeat) {
                crate::metrics::SOCKET_COMMANDS.add(&[], 1);
            }
            writer.feed_frame(&ready).await?;
            frame = self.pending.next().now_or_never().flatten();
        }
        writer.flush().await
    }

    async fn on_text(&mut self, text: &str) -> Option<Ending> {
        let mail = &self.attached.mail;
        match step(Phase::Live, text) {
            Ok(Step::Run {
                id,
                command_id,
                command,
            }) => {
                let timed = self.edge.service.timed(&command);
                let pending = match self.edge.service.prepare(self.caller, command_id, &command).await {
                    Ok(envelope) => {
                        let (reply, answer) = oneshot::channel();
                        let envelope = Box::new(envelope);
                        // A fallen actor drops the reply, which says "maybe done".
                        let _ = mail
                            .send(|permit| SessionMessage::Command {
                                envelope,
                                reply,
                                permit,
                            })
                            .await;
                        async move { result(id, timed.noted(wait(answer).await)) }.boxed()
                    }
                    Err(failure) => async move { result(id, Err(failure)) }.boxed(),
                };
                self.pending.push(pending);
                None
            }
            Ok(Step::Typing(conversation, active)) => {
                let _ = mail
                    .send(|permit| SessionMessage::Typing {
                        conversation,
                        active,
                        permit,
                    })
                    .await;
                None
            }
            Ok(Step::Light(presence)) => {
                let light = encode::light(presence);
                let _ = mail.send(|permit| SessionMessage::Light { light, permit }).await;
                None
            }
            Ok(Step::Answer) => {
                self.pending.push(std::future::ready(ServerFrame::Heartbeat).boxed());
                None
            }
            Ok(Step::WatchQueue(active)) => {
                // First it is told, then the queue is gathered: nothing that moves meanwhile is missed.
                self.attached.connected.watch_queue(active);
                let watches = self.edge.service.watch_queue(self.caller, active).await;
                let watches = watches.map(|active| self.attached.connected.watch_queue(active));
                watches.is_err().then(|| broken(self.edge))
            }
            Err((Illegal::CommandId, Some(id))) => {
                let failure =
                    Failure::Invalid("A command id is 32 hexadecimal digits or a UUID, made anew for each command.");
                self.pending.push(async move { result(id, Err(failure)) }.boxed());
                None
            }
            Ok(Step::Begin { .. }) | Err(_) => Some((GoodbyeReason::ProtocolError, None)),
        }
    }
}

/// Writes what waited, without what was replayed before.
async fn write_items(writer: &mut Writer, attached: &Attached, items: &mut Vec<Item>) -> Result<(), Gone> {
    for item in items.drain(..) {
        match item {
            Item::Event { revision, .. } if !attached.handover.is_new(revision) => {}
            Item::Event { frame, .. } | Item::Latest { frame, .. } => writer.feed(frame).await?,
        }
    }
    writer.flush().await
}

/// Made anew with every turn of the loop, so it is made only where it is waited for.
async fn pause(until: Option<Instant>) {
    match until {
        Some(until) => sleep_until(until).await,
        None => std::future::pending().await,
    }
}

fn ending(farewell: Farewell, edge: &Edge) -> Ending {
    match farewell {
        Farewell::SessionEnded => (GoodbyeReason::SessionEnded, None),
        Farewell::ShuttingDown => (GoodbyeReason::ShuttingDown, Some(edge.gate.come_back_ms())),
        Farewell::Fenced => broken(edge),
        Farewell::TooSlow => (GoodbyeReason::TooSlow, Some(edge.gate.come_back_ms())),
    }
}

/// Something of ours does not work: the client comes back, here or elsewhere.
pub(super) fn broken(edge: &Edge) -> Ending {
    (GoodbyeReason::Fenced, Some(edge.gate.come_back_ms()))
}

/// What is said to a client that was written to in vain.
fn ending_of(gone: Gone, edge: &Edge, attached: &Attached) -> Option<Ending> {
    let farewell = || attached.connected.outbox.farewell().unwrap_or(Farewell::TooSlow);
    (gone == Gone::Stalled).then(|| ending(farewell(), edge))
}
