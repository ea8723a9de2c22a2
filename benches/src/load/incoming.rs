//! What comes from the node: results, events and what says where a socket stands; what the checker, the figures and the pattern
//! make of it.

use super::{Load, Pattern, Retry};
use crate::clock;
use crate::failure::{Failure, Outcome};
use crate::wire::{self, Frame};

/// When to ask again where the node does not know whether it was done.
const OUTCOME_UNKNOWN_AGAIN_MS: u64 = 100;

impl Load {
    /// A frame came to a device.
    pub fn on_frame(&mut self, device: u32, frame: &Frame<'_>) -> Outcome<Option<Retry>> {
        self.frames += 1;
        match frame.kind {
            "event" => self.on_event(device, frame).map(|()| None),
            "result" => self.on_result(frame),
            "caught_up" => {
                let held = &mut self.devices[device as usize].held;
                *held = frame.revision.max(*held);
                Ok(None)
            }
            "reset" => {
                self.measure.on_error("reset");
                Ok(None)
            }
            "goodbye" => {
                let reason = frame.reason.unwrap_or("goodbye");
                self.measure.on_error(&format!("goodbye_{reason}"));
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    fn on_event(&mut self, device_number: u32, frame: &Frame<'_>) -> Outcome<()> {
        let (Some(id), Some(seq)) = (frame.conversation_id, frame.seq) else {
            return Err(unexpected(frame));
        };
        let device = &mut self.devices[device_number as usize];
        self.backwards += u64::from(frame.revision < device.held);
        device.held = frame.revision.max(device.held);
        let sent = frame.event.as_ref().and_then(|event| wire::sent_of_body(event.body?));
        let Some(conversation) = self.by_id.get(id).copied() else {
            self.checker
                .stranger(device_number, "a conversation that the run does not know");
            return Ok(());
        };
        self.checker.received(device_number, conversation, seq, sent);
        let Some(sent) = sent else { return Ok(()) };
        let now_ns = clock::now_ns();
        let Some(lane) = self.lanes.get_mut(sent.lane as usize) else {
            return Ok(());
        };
        let is_own = lane.device == device_number;
        let mut is_everywhere = false;
        let mut due_ns = None;
        if let Some(flight) = lane.flight(sent.counter) {
            flight.deliveries_left = flight.deliveries_left.saturating_sub(1);
            is_everywhere = flight.is_done();
            due_ns = Some(flight.due_ns);
        }
        let after_ns = due_ns.filter(|_| !is_own).map(|due_ns| now_ns.saturating_sub(due_ns));
        self.measure.on_delivered(after_ns);
        if is_everywhere {
            self.on_everywhere(sent.lane, now_ns);
        }
        Ok(())
    }

    fn on_result(&mut self, frame: &Frame<'_>) -> Outcome<Option<Retry>> {
        let Some(sent) = frame.id.and_then(wire::sent_of_id) else {
            return Err(unexpected(frame));
        };
        let Some(lane) = self.lanes.get_mut(sent.lane as usize) else {
            return Err(unexpected(frame));
        };
        if let Some(problem) = &frame.problem {
            self.measure.on_error(problem.code);
            let after_ms = problem
                .retry_after_ms
                .or((problem.code == "outcome_unknown").then_some(OUTCOME_UNKNOWN_AGAIN_MS));
            return match after_ms {
                Some(after_ms) => Ok(Some(Retry { sent, after_ms })),
                None => Err(Failure::Broken(format!("a message was refused for good: {problem:?}"))),
            };
        }
        let Some(seq) = frame.seq else {
            return Err(unexpected(frame));
        };
        let conversation = lane.conversation;
        let now_ns = clock::now_ns();
        let Some(flight) = lane.flight(sent.counter).filter(|flight| !flight.is_acknowledged) else {
            // The first answer came before, on a socket that was cut since, or to a repeated question: it must be the same.
            self.checker.acknowledged(conversation, sent, seq);
            return Ok(None);
        };
        flight.is_acknowledged = true;
        let is_everywhere = flight.is_done();
        let after_ns = now_ns.saturating_sub(flight.due_ns);
        self.outstanding -= 1;
        self.acknowledged += 1;
        self.measure.on_acknowledged(after_ns);
        self.checker.acknowledged(conversation, sent, seq);
        if self.runs {
            match self.pattern {
                Pattern::OnAcknowledged => self.send(sent.lane, now_ns),
                Pattern::Fill(_) => self.send_next_fill(now_ns),
                Pattern::OnDelivered | Pattern::Paced => {}
            }
        }
        if is_everywhere {
            self.on_everywhere(sent.lane, now_ns);
        }
        Ok(None)
    }

    /// A message was acknowledged and came to every device.
    fn on_everywhere(&mut self, lane_number: u32, now_ns: u64) {
        self.lanes[lane_number as usize].forget_done();
        if self.runs && self.pattern == Pattern::OnDelivered {
            self.send(lane_number, now_ns);
        }
    }
}

fn unexpected(frame: &Frame<'_>) -> Failure {
    Failure::Broken(format!("the node sent what a load client does not expect: {frame:?}"))
}
