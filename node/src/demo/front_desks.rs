//! The front desks: #front-desk-sf and #front-desk-la, each found by its own site only.
//!
//! Only the text of the story.

use super::people::Place;
use super::script::{Opening, Script};
use corridor_protocol::{ChannelVisibility, History};

/// Writes these rooms.
pub fn write(script: &mut Script) {
    san_francisco(script);
    los_angeles(script);
}

fn channel(name: &'static str, site: Place, members: &'static [&'static str]) -> Opening {
    Opening::Channel { name, visibility: ChannelVisibility::Site, site: Some(site), phi: false, members }
}

fn san_francisco(script: &mut Script) {
    let opening = channel("front-desk-sf", Place::Sf, &["tess", "wen", "jonas", "nadia"]);
    let mut room = script.open(15, "08:00", "rosa", opening);
    room.says("08:02", "rosa",
        "Front desk SF. Room numbers, running late, walk-ins. Initials at most, please: this room is not for \
         charts.");
    room.says("08:40", "tess", "Dr. Okafor is running 15 behind. I am telling people as they check in.");
    let room_three = room.says("09:31", "jonas",
        "Can someone grab room 3? It needs a wipe-down before the 9:45.");
    room.answers(room_three, "09:33", "tess", "On it.");
    room.day(13);
    room.says("08:15", "tess",
        "The card reader at desk 2 declines everything. Send co-pays to desk 1 until I have talked to support.");
    room.says("10:02", "tess",
        "Support had me unplug it and count to thirty. It works. I have no further comment.");
    room.day(11);
    room.says("13:20", "rosa",
        "We have a 2:30 opening with Dr. Raman after a cancellation. First from the wait list is called.");
    room.says("13:32", "rosa", "Filled.");
    room.says("14:05", "nadia", "Wheelchair for the 2:30, please have it at the elevator at 2:20.");
    room.day(8);
    let forms = room.says("09:10", "tess", "We are down to ten new-patient packets in Spanish.");
    room.answers(forms, "09:14", "rosa", "Printing 40 now.");
    room.day(6);
    room.joins("08:05", "okafor");
    room.says("08:06", "okafor",
        "I joined so that I can tell you myself when I run late. Today: 10 minutes, I am sorry.");
    room.says("08:09", "rosa", "The whole desk is printing this out and framing it.");
    room.day(3);
    let wrong = room.says("11:20", "tess",
        "The 11:15 in room 5 is the wrong Garcia on the door card, see the chart before going in.");
    room.retracts(wrong, "11:23", "tess", "Name of a patient; moved to #clinical.");
    room.says("11:25", "rosa",
        "Thanks for taking that back so fast. Two identifiers, always: name *and* date of birth.");
    room.day(1);
    room.says("15:50", "jonas",
        "Courier is at the back door, not the front, because of the window cleaners.");
    room.today();
    room.says("228 min ago", "tess",
        "Morning! Desk 1 me, desk 2 Rosa. Dr. Okafor on time, Dr. Raman starts at 9:20 because of the \
         hospital.");
    room.says("96 min ago", "rosa",
        "Two walk-ins with cough, both masked and in the side waiting area. @nurse whoever is free first, \
         please.");
    room.says("92 min ago", "nadia", "I take the first, Wen the second.");
    room.says("18 min ago", "tess",
        "Dr. Okafor is now 20 minutes behind. The 4:10 asked to be called instead; can somebody ask him?");
}

fn los_angeles(script: &mut Script) {
    let mut room = script.open(15, "08:10", "malik", channel("front-desk-la", Place::La, &["ortiz", "brooks", "lena"]));
    room.says("08:12", "malik", "LA front desk room is open. Jamie, Denise, you are in.");
    room.says("08:45", "ortiz", "Room 4 is ready. Room 2 needs paper.");
    room.day(12);
    room.says("10:25", "malik",
        "Interpreter for the 11:00 (Somali) is confirmed by video. The tablet is in room 1.");
    room.says("10:27", "brooks", "Perfect, thank you.");
    room.day(9);
    room.says("14:30", "malik",
        "Fax from the pharmacy came through blank again. I asked them to resend through the portal.");
    room.says("14:52", "ortiz", "Got it this time, it is with Dr. Park.");
    room.day(6);
    room.adds("09:00", "malik", "lindqvist", History::Full);
    room.says("09:01", "malik",
        "Dr. Lindqvist covers Tuesdays and Thursdays with us from now on. Rooms 5 and 6 for her.");
    room.says("09:12", "lindqvist",
        "Thank you, Malik. I am easy to find: I am the one who cannot find things.");
    room.day(2);
    let late = room.says("16:20", "malik",
        "The 4:15 called, stuck on the 405, 25 minutes late. Keep or move?");
    room.answers(late, "16:22", "ortiz", "Dr. Park says keep, he has notes to finish anyway.");
    room.today();
    room.says("190 min ago", "malik",
        "No-show at 8:30, I called and left a message. The slot is open for a same-day.");
    room.says("44 min ago", "ortiz",
        "Room 7 still has no otoscope head. I borrowed the one from 5; please do not look for it there.");
}
