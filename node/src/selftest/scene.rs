//! What all clients of a selftest share: where the nodes are, who the people are, what was acknowledged and what arrived.
//!
//! Stands between the clients and the history. Refuses to know what is done to the nodes.

use super::client::Endpoint;
use super::failure::{CannotRun, Outcome};
use corridor_judge::history::{History, What};
use corridor_storage::world::World;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use tokio::sync::Notify;

/// A node that clients reach.
pub struct Place {
    /// Which.
    pub node: u64,
    /// Where.
    pub endpoint: Endpoint,
}

/// A group of people, of whom each has one device of the same number.
#[derive(Debug, Clone)]
pub struct Room {
    /// The conversation's id.
    pub id: String,
    /// The numbers of the people in it.
    pub members: Vec<u32>,
    /// The last event before anybody wrote.
    pub last_seq: u64,
}

/// Who writes, and where.
#[derive(Debug, Clone, Copy)]
pub struct Sender {
    /// The number of the person.
    pub person: u32,
    /// The number of the room.
    pub room: u32,
}

/// What all clients of a run share.
pub struct Scene {
    /// The clock, and randomness.
    pub world: Arc<dyn World>,
    /// The nodes that clients reach; histories number them in this order.
    pub places: Vec<Place>,
    /// The sessions of the people, by number.
    pub tokens: Vec<String>,
    /// The rooms.
    pub rooms: Vec<Room>,
    /// The senders.
    pub senders: Vec<Sender>,
    /// Nothing new is to be sent.
    pub is_over: Cell<bool>,
    /// Cuts all sockets.
    pub cut: Notify,
    /// Tells this run's command ids from those of others.
    pub salt: u64,
    history: RefCell<History>,
    failure: RefCell<Option<CannotRun>>,
    /// Of each place: when the youngest attempt began that it acknowledged.
    acknowledged_us: Vec<Cell<u64>>,
    /// Of each room, up to where messages were acknowledged.
    acknowledged_seq: Vec<Cell<u64>>,
    /// Of each device, how far it is in each room, and when it last was caught up.
    arrived: RefCell<Vec<Vec<u64>>>,
    live_us: RefCell<Vec<u64>>,
}

/// What a scene begins with.
pub struct Beginning {
    /// The clock, and randomness.
    pub world: Arc<dyn World>,
    /// The nodes that clients reach.
    pub places: Vec<Place>,
    /// The sessions of the people, by number.
    pub tokens: Vec<String>,
    /// The rooms.
    pub rooms: Vec<Room>,
    /// The senders.
    pub senders: Vec<Sender>,
    /// Where everything is written down.
    pub history: History,
}

impl Scene {
    /// Before anything happens.
    pub fn new(beginning: Beginning) -> Rc<Self> {
        let Beginning {
            world,
            places,
            tokens,
            rooms,
            senders,
            history,
        } = beginning;
        let stand: Vec<u64> = rooms.iter().map(|room| room.last_seq).collect();
        Rc::new(Self {
            salt: draw(world.as_ref()),
            acknowledged_us: places.iter().map(|_| Cell::new(0)).collect(),
            acknowledged_seq: stand.iter().copied().map(Cell::new).collect(),
            arrived: RefCell::new(vec![stand; tokens.len()]),
            live_us: RefCell::new(vec![0; tokens.len()]),
            world,
            places,
            tokens,
            rooms,
            senders,
            is_over: Cell::new(false),
            cut: Notify::new(),
            history: RefCell::new(history),
            failure: RefCell::new(None),
        })
    }

    /// Microseconds on the history's clock.
    pub fn now_us(&self) -> u64 {
        self.world.monotonic_ns() / 1_000
    }

    /// Writes it into the history.
    pub fn note(&self, what: What) {
        let now_us = self.now_us();
        self.history.borrow_mut().note(now_us, what);
    }

    /// Everything is in the file.
    pub fn finish(&self) -> Outcome<()> {
        Ok(self.history.borrow_mut().finish()?)
    }

    /// Nothing goes on after this.
    pub fn fail(&self, failure: CannotRun) {
        self.failure.borrow_mut().get_or_insert(failure);
    }

    /// A failure, if there was one.
    pub fn check(&self) -> Outcome<()> {
        match self.failure.borrow_mut().take() {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }

    /// A node acknowledged a message that was asked for at that time.
    pub fn on_acknowledged(&self, place: usize, room: u32, seq: u64, begun_us: u64) {
        if let Some(youngest) = self.acknowledged_us.get(place) {
            youngest.set(youngest.get().max(begun_us));
        }
        if let Some(last) = self.acknowledged_seq.get(room as usize) {
            last.set(last.get().max(seq));
        }
    }

    /// A device got an event of a room.
    pub fn on_arrived(&self, device: u32, room: &str, seq: u64) {
        let Some(number) = self.rooms.iter().position(|known| known.id == room) else {
            return;
        };
        if let Some(stand) = self.arrived.borrow_mut().get_mut(device as usize) {
            stand[number] = stand[number].max(seq);
        }
    }

    /// A device has caught up.
    pub fn on_live(&self, device: u32) {
        let now_us = self.now_us();
        if let Some(live_us) = self.live_us.borrow_mut().get_mut(device as usize) {
            *live_us = now_us;
        }
    }

    /// Every node acknowledged a message that was asked for since.
    pub fn all_acknowledged_since(&self, since_us: u64) -> bool {
        self.acknowledged_us.iter().all(|cell| cell.get() > since_us)
    }

    /// Every device has caught up since.
    pub fn all_live_since(&self, since_us: u64) -> bool {
        self.live_us.borrow().iter().all(|live_us| *live_us > since_us)
    }

    /// Every device of every member has everything that was acknowledged.
    pub fn all_arrived(&self) -> bool {
        let arrived = self.arrived.borrow();
        let is_there = |(number, room): (usize, &Room)| {
            let mut members = room.members.iter();
            members.all(|device| arrived[*device as usize][number] >= self.acknowledged_seq[number].get())
        };
        self.rooms.iter().enumerate().all(is_there)
    }
}

/// A number that nobody can guess.
pub fn draw(world: &dyn World) -> u64 {
    let mut bytes = [0; 8];
    world.fill_random(&mut bytes);
    u64::from_be_bytes(bytes)
}

/// A number as histories have it.
pub fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
