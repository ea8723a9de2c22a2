//! The load: who sends what when, what came back, and what the checker is told of it. It moves frames between queues; the sockets
//! are in `device.rs`. One thread, no waiting.

use crate::checker::{Checker, Sent};
use crate::clock;
use crate::failure::{Failure, Outcome};
use crate::measure::Measure;
use crate::wire::{self, Frame};
use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::Notify;

/// When a lane sends its next message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// When it is told to.
    Paced,
    /// As soon as one was acknowledged.
    OnAcknowledged,
    /// As soon as one was acknowledged and came to every device.
    OnDelivered,
    /// As soon as one was acknowledged, the next lane sends, until each has sent this many.
    Fill(u32),
}

/// What a device is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Hold a socket, read and write; come back when it is cut.
    Hold,
    /// Hold it, but do not read.
    Stall,
    /// Reset the connection at once, then hold a new one.
    Cut,
    /// Let go of it for good.
    Leave,
}

/// A device: what waits to be written to its socket, and where it stands.
#[derive(Debug)]
pub struct Device {
    /// Rung when something waits or the order changed.
    pub bell: Rc<Notify>,
    /// What it is to do.
    pub order: Order,
    /// Frames to write.
    pub outgoing: VecDeque<String>,
    /// The highest revision held: where to resume.
    pub held: Option<u64>,
    /// Caught up, on a socket that was not closed yet.
    pub is_live: bool,
    /// Sockets that got as far as caught up.
    pub sockets: u32,
    lanes: Vec<u32>,
}

/// One sender in one conversation.
#[derive(Debug)]
struct Lane {
    device: u32,
    conversation: u32,
    /// The counter of the next message.
    next: u32,
    /// Messages that were not acknowledged, or did not come to everybody yet; the last is `next - 1`.
    flights: VecDeque<Flight>,
}

#[derive(Debug, Clone, Copy)]
struct Flight {
    due_ns: u64,
    is_acknowledged: bool,
    deliveries_left: u32,
}

impl Lane {
    fn flight(&mut self, counter: u32) -> Option<&mut Flight> {
        let behind = self.next.checked_sub(counter)? as usize;
        let place = self.flights.len().checked_sub(behind)?;
        self.flights.get_mut(place)
    }
}

#[derive(Debug)]
struct Conversation {
    id: String,
    devices: u32,
}

/// Asks again for a refused message after a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Which.
    pub sent: Sent,
    /// After how long.
    pub after_ms: u64,
}

/// The state of a load.
#[derive(Debug)]
pub struct Load {
    number: u32,
    /// By number.
    pub devices: Vec<Device>,
    conversations: Vec<Conversation>,
    by_id: HashMap<String, u32>,
    lanes: Vec<Lane>,
    pattern: Pattern,
    fill_next: u32,
    runs: bool,
    /// What came where.
    pub checker: Checker,
    /// How fast.
    pub measure: Measure,
    /// Messages sent and not acknowledged.
    pub outstanding: u64,
    /// Acknowledged since the beginning.
    pub acknowledged: u64,
    /// Frames that came, of any kind.
    pub frames: u64,
}

/// A load that its sockets share; never borrowed across an await.
pub type Shared = Rc<RefCell<Load>>;

impl Load {
    /// No devices and no conversations.
    pub fn new() -> Outcome<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        Ok(Self {
            number: NUMBER.fetch_add(1, Ordering::Relaxed),
            devices: Vec::new(),
            conversations: Vec::new(),
            by_id: HashMap::new(),
            lanes: Vec::new(),
            pattern: Pattern::Paced,
            fill_next: 0,
            runs: false,
            checker: Checker::default(),
            measure: Measure::new()?,
            outstanding: 0,
            acknowledged: 0,
            frames: 0,
        })
    }

    /// One more device.
    pub fn add_device(&mut self) -> u32 {
        self.devices.push(Device {
            bell: Rc::new(Notify::new()),
            order: Order::Hold,
            outgoing: VecDeque::new(),
            held: None,
            is_live: false,
            sockets: 0,
            lanes: Vec::new(),
        });
        self.devices.len() as u32 - 1
    }

    /// Watches a conversation from the event after `last_seq` on, at all devices of its members.
    pub fn add_conversation(&mut self, id: &str, last_seq: u64, devices: Vec<u32>) -> u32 {
        self.conversations.push(Conversation {
            id: id.to_owned(),
            devices: devices.len() as u32,
        });
        let number = self.checker.watch(last_seq + 1, devices);
        self.by_id.insert(id.to_owned(), number);
        number
    }

    /// That device will send in that conversation.
    pub fn add_lane(&mut self, device: u32, conversation: u32) -> u32 {
        let number = self.lanes.len() as u32;
        self.lanes.push(Lane {
            device,
            conversation,
            next: 0,
            flights: VecDeque::new(),
        });
        self.devices[device as usize].lanes.push(number);
        number
    }

    /// How many lanes there are.
    pub fn lane_count(&self) -> u32 {
        self.lanes.len() as u32
    }

    /// Begins to send by that pattern, `window` messages of each of these lanes at once; none of them if it is paced.
    pub fn begin(&mut self, pattern: Pattern, lanes: &[u32], window: u32) {
        self.pattern = pattern;
        self.runs = true;
        let now_ns = clock::now_ns();
        for _ in 0..window {
            for lane in lanes {
                self.send(*lane, now_ns);
            }
        }
    }

    /// Fills: each lane sends so many messages, `at_once` of all together.
    pub fn begin_fill(&mut self, each: u32, at_once: u32) {
        self.pattern = Pattern::Fill(each);
        self.fill_next = 0;
        self.runs = true;
        for _ in 0..at_once {
            self.send_next_fill(clock::now_ns());
        }
    }

    /// Sends nothing new.
    pub fn end(&mut self) {
        self.runs = false;
    }

    /// Sends the next message of a lane, which was due at that moment.
    pub fn send(&mut self, lane_number: u32, due_ns: u64) {
        let lane = &mut self.lanes[lane_number as usize];
        let counter = lane.next;
        lane.next += 1;
        lane.flights.push_back(Flight {
            due_ns,
            is_acknowledged: false,
            deliveries_left: self.conversations[lane.conversation as usize].devices,
        });
        self.outstanding += 1;
        self.write(Sent {
            lane: lane_number,
            counter,
        });
    }

    fn send_next_fill(&mut self, now_ns: u64) {
        let Pattern::Fill(each) = self.pattern else { return };
        let lanes = self.lane_count();
        // Round by round, so that a conversation's messages come from different times.
        if u64::from(self.fill_next) < u64::from(lanes) * u64::from(each) {
            let lane = self.fill_next % lanes;
            self.fill_next += 1;
            self.send(lane, now_ns);
        }
    }

    /// Puts the frame of a message into the queue of its device.
    fn write(&mut self, sent: Sent) {
        let lane = &self.lanes[sent.lane as usize];
        let conversation = &self.conversations[lane.conversation as usize];
        let device = &mut self.devices[lane.device as usize];
        // A device that is away sends it when it comes back, see `on_live`.
        if device.is_live {
            device
                .outgoing
                .push_back(wire::send(self.number, &conversation.id, sent));
            device.bell.notify_one();
        }
    }

    /// Asks again for a message that was refused.
    pub fn retry(&mut self, sent: Sent) {
        self.checker.repeated(sent);
        self.write(sent);
    }

    /// Tells a device what to do.
    pub fn order(&mut self, device: u32, order: Order) {
        let device = &mut self.devices[device as usize];
        device.order = order;
        device.bell.notify_one();
    }

    /// How many devices are caught up.
    pub fn live_count(&self) -> usize {
        self.devices.iter().filter(|device| device.is_live).count()
    }

    /// A device is caught up. What it sent and has no answer to, it sends again, in order and under the same ids.
    pub fn on_live(&mut self, device_number: u32) {
        let device = &mut self.devices[device_number as usize];
        device.is_live = true;
        device.sockets += 1;
        device.outgoing.clear();
        for lane_number in device.lanes.clone() {
            let lane = &self.lanes[lane_number as usize];
            let first = lane.next - lane.flights.len() as u32;
            let waiting = (first..)
                .zip(&lane.flights)
                .filter(|(_, flight)| !flight.is_acknowledged);
            let again: Vec<u32> = waiting.map(|(counter, _)| counter).collect();
            for counter in again {
                self.write(Sent {
                    lane: lane_number,
                    counter,
                });
            }
        }
    }

    /// A device's socket is gone.
    pub fn on_gone(&mut self, device: u32) {
        self.devices[device as usize].is_live = false;
    }

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
            is_everywhere = flight.deliveries_left == 0 && flight.is_acknowledged;
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
                .or((problem.code == "outcome_unknown").then_some(100));
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
        let is_everywhere = flight.deliveries_left == 0;
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
        let lane = &mut self.lanes[lane_number as usize];
        let is_done = |flight: &Flight| flight.is_acknowledged && flight.deliveries_left == 0;
        while lane.flights.front().is_some_and(is_done) {
            lane.flights.pop_front();
        }
        if self.runs && self.pattern == Pattern::OnDelivered {
            self.send(lane_number, now_ns);
        }
    }
}

fn unexpected(frame: &Frame<'_>) -> Failure {
    Failure::Broken(format!("the node sent what a load client does not expect: {frame:?}"))
}
