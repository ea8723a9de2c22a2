//! Rooms about money and things: #billing (private) and #supplies (public).
//!
//! Only the text of the story.

use super::script::{Opening, Script};
use corridor_protocol::{ChannelVisibility, History};

/// Writes these rooms.
pub fn write(script: &mut Script) {
    billing(script);
    supplies(script);
}

fn billing(script: &mut Script) {
    let members = &["lena", "teo", "rosa", "malik"];
    let visibility = ChannelVisibility::Private;
    let opening = Opening::Channel { name: "billing", visibility, site: None, phi: true, members };
    let mut room = script.open(15, "09:00", "sam", opening);
    room.says("09:02", "sam", "Billing room. Account numbers are fine here, diagnoses are not needed.");
    let modifier = room.says("11:20", "lena",
        "Four denials from last week, all for a missing modifier 25 on same-day visit and procedure. All Dr. \
         Park's.");
    room.answers(modifier, "11:31", "sam",
        "I will show him where the box is. Please correct and resubmit, we are well inside the window.");
    room.answers(modifier, "15:48", "lena", "Resubmitted, all four.");
    room.day(13);
    room.says("10:05", "rosa",
        "Patient at the desk asks for an itemized statement from the spring. Where do I send her?");
    room.says("10:08", "sam", "To me. I will write to her in her own topic, then she has it in the portal.");
    room.day(11);
    room.says("14:15", "sam",
        "The payer changed its portal again. Eligibility check moved under *Member tools*; the old bookmark \
         gives an error page that looks like a denial. **It is not a denial.**");
    room.says("14:22", "malik", "That explains my whole morning.");
    room.day(8);
    let lab = room.says("09:40", "lena",
        "Mr. Larsen has a lab bill from Northlab for $186 that should have gone to his plan. Wrong group \
         number on the order.");
    room.answers(lab, "09:55", "sam",
        "Asked Northlab in #northlab to rebill with the right one. Please tell him not to pay it.");
    room.day(6);
    room.says("13:10", "sam",
        "Month-end: please have all charges of the month dropped by Friday noon. Open right now: SF 7, LA 12.");
    room.adds("13:15", "sam", "tess", History::FromNow);
    room.says("13:16", "sam", "@tess helps with statements from this week on. Welcome!");
    room.says("13:30", "tess", "Thanks! Where is the template for payment plans?");
    room.says("13:33", "lena", "Shared drive, *Billing, Letters, Plan-3*. Use the one with the gray header.");
    room.day(2);
    let open = room.says("11:30", "sam", "Open charges: SF 2, LA 3.");
    room.edits(open, "11:36", "sam", "Open charges: SF 2, LA 1. Two were posted while I was typing.");
    room.today();
    room.says("150 min ago", "lena", "Days in A/R went from 34 to 31 this month.");
    room.says("132 min ago", "sam", "That is the best number since we opened LA. Thank you, Lena.");
    room.says("27 min ago", "rosa",
        "A patient was quoted $40 by phone and charged $65 at the desk. I have her name; who can look at it \
         before she leaves?");
}

fn supplies(script: &mut Script) {
    let members = &["wen", "brooks", "ortiz", "teo", "nadia"];
    let visibility = ChannelVisibility::Public;
    let opening = Opening::Channel { name: "supplies", visibility, site: None, phi: false, members };
    let mut room = script.open(14, "10:00", "jonas", opening);
    room.says("10:02", "jonas", "Orders go out Tuesdays at noon. Write what you need here, with the site.");
    room.says("10:20", "ortiz", "LA: nitrile gloves M and L, table paper, tongue depressors.");
    room.says("10:41", "wen",
        "SF: 23G butterflies, the small sharps containers, and please *not* the scented wipes.");
    room.day(9);
    room.says("11:10", "jonas", "Arrived: everything but the sharps containers, those come Thursday.");
    room.day(5);
    room.leaves("08:12", "teo");
    room.joins("08:30", "tess");
    room.says("08:31", "tess", "Front desk SF: pens. All of our pens live in patients' handbags now.");
    room.says("08:50", "jonas", "Ordered 200. They say *Bayview* on them so that they come back.");
    room.day(1);
    let cuffs = room.says("10:15", "brooks", "LA: two large adult BP cuffs. The velcro on ours gave up.");
    room.answers(cuffs, "10:30", "jonas",
        "Sending two up from SF with the courier, new ones are on the order.");
    room.today();
    room.says("84 min ago", "nadia", "SF: rapid strep tests, we have nine left.");
}
