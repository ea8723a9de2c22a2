//! The load: who sends what when, what came back, and what the checker is told of it. It moves frames between queues; the sockets
//! are in `device.rs`. One thread, no waiting.

mod incoming;
mod lane;

use crate::clock;
use crate::failure::Outcome;
use crate::measure::Measure;
use crate::wire;
use corridor_judge::checker::{Checker, READERS_FROM, Sent};
use lane::Lane;
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
    /// Length of the bodies that are sent.
    pub body_size_bytes: usize,
    /// What came where.
    pub checker: Checker,
    /// How fast.
    pub measure: Measure,
    /// Messages sent and not acknowledged.
    pub outstanding: u64,
    /// Acknowledged since the beginning.
    pub acknowledged: u64,
    /// Events that came to a device behind one with a higher revision. A client resumes by the highest that it holds.
    pub backwards: u64,
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
            body_size_bytes: wire::BODY_SIZE_BYTES,
            checker: Checker::default(),
            measure: Measure::new()?,
            outstanding: 0,
            acknowledged: 0,
            backwards: 0,
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

    /// Watches a conversation from the event after `last_seq` on, at all devices of its members, and as it is read by pages.
    pub fn add_conversation(&mut self, id: &str, last_seq: u64, devices: Vec<u32>) -> u32 {
        let sockets = devices.iter().filter(|device| **device < READERS_FROM);
        self.conversations.push(Conversation {
            id: id.to_owned(),
            devices: sockets.count() as u32,
        });
        let number = self.checker.watch(last_seq + 1, devices);
        self.by_id.insert(id.to_owned(), number);
        number
    }

    /// That device will send in that conversation.
    pub fn add_lane(&mut self, device: u32, conversation: u32) -> u32 {
        let number = self.lanes.len() as u32;
        self.lanes.push(Lane::new(device, conversation));
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
        let counter = lane.send(due_ns, self.conversations[lane.conversation as usize].devices);
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
                .push_back(wire::send(self.number, &conversation.id, sent, self.body_size_bytes));
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
            let again = self.lanes[lane_number as usize].unanswered();
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
}
