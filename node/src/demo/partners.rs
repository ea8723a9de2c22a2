//! Rooms with people from outside: #northlab with the partner lab, and a group for one case.
//!
//! Only the text of the story.

use super::script::{Opening, Script};
use corridor_protocol::{ChannelVisibility, History};

/// Writes these rooms.
pub fn write(script: &mut Script) {
    northlab(script);
    courier(script);
}

fn northlab(script: &mut Script) {
    let members = &["wen", "brooks", "sam", "haas"];
    let visibility = ChannelVisibility::Partner;
    let opening = Opening::Channel { name: "northlab", visibility, site: None, phi: true, members };
    let mut room = script.open(15, "10:00", "teo", opening);
    room.hands_over("10:02", "teo", "wen");
    room.says("10:05", "wen",
        "Hello @haas, this is our shared room. Accession numbers are enough in most cases; please no more of a \
         patient than is needed to find the specimen.");
    room.says("10:22", "haas",
        "Thank you for the invitation. I am here on weekdays 7 to 4; critical values are phoned as before \
         *and* come by the feed.");
    room.day(13);
    let clumped = room.says("10:35", "brooks",
        "NL-446870: your comment says platelet clumping. Will you accept a citrate tube tomorrow with the \
         morning pick-up?");
    room.answers(clumped, "10:52", "haas",
        "Yes. Please write *citrate for platelets* on the requisition so that it is not discarded.");
    room.answers(clumped, "10:55", "brooks", "Will do, thank you.");
    room.day(8);
    let rebill = room.says("09:58", "sam",
        "NL-444913 was billed to the patient because our order had the wrong group number. Can you rebill? The \
         right number is on the way by secure upload.");
    room.answers(rebill, "11:15", "haas",
        "Received. The patient's bill is on hold, the claim goes out tonight. Sorry for the trouble.");
    room.day(7);
    room.adds("08:30", "wen", "beck", History::FromNow);
    room.says("08:31", "wen",
        "@beck from the bench joins us for technical questions. He sees what is written from here on.");
    room.says("08:45", "beck", "Good morning. Ask me about tubes, I have opinions.");
    room.day(5);
    let hemolyzed = room.says("13:20", "beck",
        "Three hemolyzed potassiums from SF this week (NL-449871, NL-449902, NL-449950). All drawn after 2 pm. \
         Has anything changed?");
    room.answers(hemolyzed, "13:41", "wen",
        "The afternoon box stood on top of the centrifuge. It does not any more. Thank you for noticing!");
    room.answers(hemolyzed, "13:44", "beck", "That would do it.");
    room.day(2);
    room.says("14:10", "haas",
        "Change of pick-up in SF from next week: **3:45 pm** instead of 4:30. LA stays at 4:15.");
    room.says("14:30", "wen", "Understood. Specimens spun and labeled by 3:30. I will tell everybody.");
    room.today();
    let late = room.says("102 min ago", "brooks",
        "NL-451201 shows *received* but the TSH is still missing, the rest is final. Was there enough serum?");
    room.answers(late, "88 min ago", "beck",
        "Enough serum, the analyzer was in maintenance. Running now, final within the hour.");
    room.says("15 min ago", "haas", "The TSH on NL-451201 is final and in your feed.");
}

fn courier(script: &mut Script) {
    let opening = Opening::Group { topic: "Lost specimen box, Tuesday", members: &["jonas", "haas", "adeyemi"] };
    let mut room = script.open(6, "16:50", "wen", opening);
    let lost = room.urgent("16:52", "wen",
        "The 4:30 box from SF was signed out to the courier but is not at the lab. Six specimens, labeled with \
         names and dates of birth. @haas @adeyemi");
    room.acknowledges(lost, "16:55", "haas");
    room.answers(lost, "16:58", "haas", "Looking. The driver's next stop was the imaging center on 3rd.");
    room.acknowledges(lost, "17:01", "adeyemi");
    room.answers(lost, "17:03", "adeyemi",
        "Please write down who had it when. Until it is found I treat it as a possible disclosure.");
    room.answers(lost, "17:24", "haas",
        "Found: it was unloaded with the imaging center's box, still sealed, seal number matches. On its way \
         to the lab.");
    room.day(5);
    room.says("09:10", "haas",
        "All six were received within stability and are resulted. The driver scans each stop's box separately \
         from now on.");
    room.renames("09:30", "wen", "Lost specimen box, found sealed");
    room.says("09:32", "adeyemi",
        "Seal intact, chain of custody complete: I close it as an incident without disclosure. Thank you all \
         for writing it down as it happened.");
}
