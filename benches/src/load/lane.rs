//! One sender in one conversation, and what of its messages is still under way. Pure.

use std::collections::VecDeque;

/// A lane.
#[derive(Debug)]
pub struct Lane {
    /// Who sends.
    pub device: u32,
    /// Where.
    pub conversation: u32,
    /// The counter of the next message.
    next: u32,
    /// Messages that were not acknowledged, or did not come to everybody yet; the last is `next - 1`.
    flights: VecDeque<Flight>,
}

/// A message under way.
#[derive(Debug, Clone, Copy)]
pub struct Flight {
    /// When it was sent, or should have been.
    pub due_ns: u64,
    /// An answer came.
    pub is_acknowledged: bool,
    /// Devices it did not come to yet.
    pub deliveries_left: u32,
}

impl Flight {
    /// Nothing is awaited any more.
    pub fn is_done(&self) -> bool {
        self.is_acknowledged && self.deliveries_left == 0
    }
}

impl Lane {
    /// Of that device, in that conversation.
    pub fn new(device: u32, conversation: u32) -> Self {
        Self {
            device,
            conversation,
            next: 0,
            flights: VecDeque::new(),
        }
    }

    /// One more message is under way, to so many devices. Its counter.
    pub fn send(&mut self, due_ns: u64, devices: u32) -> u32 {
        self.flights.push_back(Flight {
            due_ns,
            is_acknowledged: false,
            deliveries_left: devices,
        });
        self.next += 1;
        self.next - 1
    }

    /// A message that is under way.
    pub fn flight(&mut self, counter: u32) -> Option<&mut Flight> {
        let behind = self.next.checked_sub(counter)? as usize;
        let place = self.flights.len().checked_sub(behind)?;
        self.flights.get_mut(place)
    }

    /// Forgets the oldest messages, as far as they are done.
    pub fn forget_done(&mut self) {
        while self.flights.front().is_some_and(Flight::is_done) {
            self.flights.pop_front();
        }
    }

    /// The counters of messages without an answer, in order.
    pub fn unanswered(&self) -> Vec<u32> {
        let first = self.next - self.flights.len() as u32;
        let waiting = (first..)
            .zip(&self.flights)
            .filter(|(_, flight)| !flight.is_acknowledged);
        waiting.map(|(counter, _)| counter).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flights_are_found_until_they_are_done_in_order() {
        let mut lane = Lane::new(0, 0);
        assert_eq!([lane.send(10, 1), lane.send(20, 1), lane.send(30, 1)], [0, 1, 2]);
        assert_eq!(lane.flight(1).unwrap().due_ns, 20);
        assert!(lane.flight(3).is_none());
        lane.flight(1).unwrap().is_acknowledged = true;
        assert_eq!(lane.unanswered(), [0, 2]);
        lane.flight(1).unwrap().deliveries_left = 0;
        lane.forget_done();
        assert_eq!(lane.flight(0).unwrap().due_ns, 10);
        let first = lane.flight(0).unwrap();
        (first.is_acknowledged, first.deliveries_left) = (true, 0);
        lane.forget_done();
        assert!(lane.flight(0).is_none() && lane.flight(1).is_none());
        assert_eq!(lane.flight(2).unwrap().due_ns, 30);
        assert_eq!(lane.unanswered(), [2]);
    }
}
