//! Rooms for the whole clinic: #all-staff, #announcements, #leadership, and #flu-clinic, which is over and archived.
//!
//! Only the text of the story.

use super::script::{Opening, Script};
use corridor_protocol::{ChannelVisibility, History};

const EVERYBODY: &[&str] = &[
    "raman", "okafor", "lindqvist", "park", "wen", "nadia", "brooks", "jonas", "ortiz", "rosa", "tess", "malik",
    "sam", "lena", "adeyemi",
];

/// Writes these rooms.
pub fn write(script: &mut Script) {
    all_staff(script);
    announcements(script);
    leadership(script);
    flu_clinic(script);
}

fn channel(name: &'static str, visibility: ChannelVisibility, members: &'static [&'static str]) -> Opening {
    Opening::Channel { name, visibility, site: None, phi: false, members }
}

fn all_staff(script: &mut Script) {
    let mut room = script.open(15, "07:30", "teo", channel("all-staff", ChannelVisibility::Public, EVERYBODY));
    room.says("07:34", "teo",
        "Good morning, and welcome to the new messenger. This room is for everybody at both sites. **Please no \
         patient information here**: patient matters belong in the patient's own topic or in #clinical.");
    room.says("07:51", "malik", "LA is on. The tablet at the front desk works too.");
    room.says("08:02", "wen", "Does it keep us signed in on the shared workstations?");
    room.says("08:06", "teo",
        "Twelve hours at most, then it asks again. Please still sign out when you leave a workstation.");
    room.day(13);
    let fridge = room.says("12:11", "jonas",
        "Someone left the break-room fridge in SF open over lunch. Not the vaccine fridge, just ours. My \
         yogurt did not make it.");
    room.answers(fridge, "12:15", "tess", "Moment of silence for the yogurt.");
    room.answers(fridge, "12:19", "nadia",
        "And the vaccine fridge logged 4.1 °C all morning, for the record.");
    room.day(10);
    room.says("09:20", "rosa",
        "SF lobby printer is out of toner until the delivery at 1 pm. Please send after-visit summaries to the \
         one behind the nurses' station.");
    room.says("13:40", "rosa", "Toner is in. Lobby printer is back.");
    room.day(7);
    let parking = room.says("08:14", "ortiz",
        "Heads up for LA: the garage on the north side closes at 6 pm this week. Late-shift people, park on \
         the street side.");
    room.answers(parking, "08:20", "brooks", "Thank you. I was locked in there once and once is enough.");
    room.day(4);
    room.says("16:45", "teo",
        "Potluck on the last Friday of the month, both sites. Sign up at the front desks. Last time we had \
         nine pasta salads; *be brave*.");
    room.says("16:52", "okafor", "I will bring jollof. That is a promise, not a pasta salad.");
    room.day(1);
    room.says("08:03", "teo",
        "Reminder: fire drill in SF today at 12:30. Patients in rooms stay with their clinician; front desk \
         leads the lobby out to the corner.");
    room.says("12:58", "rosa", "Drill done, lobby was clear in 2:40. Nice work, everyone.");
    room.today();
    room.says("175 min ago", "malik",
        "The LA phones are cutting out on transfers again. I opened a ticket with the provider; for now please \
         call back instead of transferring.");
    room.says("61 min ago", "malik", "Transfers in LA work again. They restarted something on their end.");
}

fn announcements(script: &mut Script) {
    let opening = channel("announcements", ChannelVisibility::Announcement, EVERYBODY);
    let mut room = script.open(15, "07:40", "teo", opening);
    room.hands_over("07:41", "teo", "raman");
    room.says("07:55", "raman",
        "This is where news goes that everyone has to see. Few messages, no discussion: questions to me or Teo \
         directly.");
    room.day(12);
    room.says("09:00", "teo",
        "Both sites are **closed** on the third Thursday afternoon of next month for training. The calendar is \
         blocked from 12 pm.");
    room.day(9);
    room.says("08:30", "raman",
        "Updated blood-pressure protocol from today:\n\n1. Patient seated and quiet for five minutes.\n2. Two \
         readings, at least one minute apart; chart the average.\n3. At or above 180/110: repeat by hand and \
         tell the clinician *before* the patient leaves the room.\n\nThank you @nurse and @medical_assistant \
         for testing it.");
    room.day(5);
    room.says("10:15", "teo",
        "Badge readers in SF get new software tonight between 9 and 10 pm. If yours does not work tomorrow, \
         the front desk has a spare.");
    room.day(2);
    room.says("17:10", "raman",
        "Please welcome our two new exam rooms in LA, 7 and 8, open from Monday. Dr. Park and Dr. Lindqvist \
         will share them.");
    room.today();
    room.says("140 min ago", "raman",
        "Northlab changes its pick-up in SF to **3:45 pm** starting tomorrow. Specimens must be spun and \
         labeled by 3:30. Details in #northlab.");
}

fn leadership(script: &mut Script) {
    let members = &["okafor", "park", "teo", "adeyemi"];
    let mut room = script.open(14, "07:45", "raman", channel("leadership", ChannelVisibility::Private, members));
    room.says("07:50", "raman",
        "Agenda for Thursday: access (third-next available is 9 days in LA), messages answered within one \
         business day, staffing for the holidays.");
    room.says("08:12", "teo",
        "Numbers on messages: 86% within one business day last month. Most of the rest came in after 4 pm.");
    room.says("08:31", "park",
        "Could front desk triage the late ones so we see refills apart from symptoms?");
    room.day(8);
    room.says("11:05", "adeyemi",
        "Access review for the quarter is done. Two accounts of staff who left were closed on their last day, \
         as they should be. One question for Teo in a direct message.");
    room.says("11:40", "raman", "Thank you, Folake. Please put the summary into the minutes.");
    room.day(3);
    let bid = room.says("15:20", "teo", "Second bid for the SF reception desk came in at $14,200.");
    room.edits(bid, "15:26", "teo",
        "Second bid for the SF reception desk came in at $12,400. *(I swapped two digits.)*");
    room.says("15:44", "okafor",
        "I prefer the one with the lower counter. Half of our patients cannot see over the old one.");
    room.today();
    room.says("205 min ago", "adeyemi",
        "Reminder that my audit sample for this month is due Friday. I will read the record only, no content.");
}

fn flu_clinic(script: &mut Script) {
    let members = &["wen", "jonas", "rosa", "tess", "raman"];
    let mut room = script.open(14, "09:00", "nadia", channel("flu-clinic", ChannelVisibility::Public, members));
    room.says("09:04", "nadia",
        "Planning for the Saturday flu clinic in SF. Goal: 120 doses, 9 am to 1 pm, three stations.");
    room.says("09:15", "wen",
        "I have the standing orders signed by Dr. Raman. Epi and the crash bag go to station 1.");
    room.says("09:22", "rosa", "92 booked so far. Walk-ins from 11.");
    room.day(12);
    let doses = room.says("10:40", "jonas",
        "Delivery arrived: 130 standard dose, 40 high dose. Lot numbers are on the clipboard in the vaccine \
         room.");
    room.answers(doses, "10:47", "nadia", "Counted and matched. In the fridge at 10:45.");
    room.adds("11:00", "nadia", "ortiz", History::FromNow);
    room.says("11:02", "nadia", "Jamie comes up from LA to help on Saturday. Thank you!");
    room.day(10);
    room.says("08:20", "nadia",
        "Saturday: **118 doses**, no reactions beyond two sore arms and one dizzy spell that passed with \
         juice. Thank you, all of you.");
    room.says("08:41", "raman",
        "Wonderful. Let us keep the list of what went wrong with the labels for next year.");
    room.renames("08:50", "nadia", "flu-clinic-done");
    room.archives("08:52", "nadia");
}
