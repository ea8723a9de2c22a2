//! Staff among themselves: direct messages and groups made on the spot.
//!
//! Only the text of the story.

use super::script::{Opening, Script};
use corridor_protocol::History;

/// Writes these rooms.
pub fn write(script: &mut Script) {
    directs_of_physicians(script);
    directs_of_the_others(script);
    groups(script);
}

fn directs_of_physicians(script: &mut Script) {
    let mut room = script.open(14, "12:20", "okafor", Opening::Direct { with: "wen" });
    room.says(
        "12:21",
        "okafor",
        "Could you look over my discharge instructions for minor skin surgery? I want them at a sixth-grade \
         level and I write like a journal.",
    );
    room.says("12:48", "wen", "Done, I cut it to one page. *Ambulate* is now *walk*.");
    room.says("12:50", "okafor", "You are merciless. Thank you.");
    room.day(10);
    room.says(
        "09:55",
        "okafor",
        "Maria Garcia, ferritin 6. Before I write to her: did she say anything about heavy periods at intake?",
    );
    room.says(
        "10:01",
        "wen",
        "Yes, changing every two hours on the first days. It is in my note under *other*.",
    );
    room.today();
    room.says(
        "46 min ago",
        "okafor",
        "Mrs. Bennett is going home with her daughter now. Would you call her at 5 and ask for one reading at \
         home?",
    );
    room.says(
        "41 min ago",
        "wen",
        "On my list. If the top number is under 100 I come and find you.",
    );

    let mut room = script.open(12, "17:40", "raman", Opening::Direct { with: "okafor" });
    room.says(
        "17:42",
        "raman",
        "Second opinion, no hurry: Cho's hernia repair is next week and his A1c is 7.9. Would you postpone?",
    );
    room.says(
        "18:05",
        "okafor",
        "No. Under 8 is what his surgeon asks for, and the hernia is symptomatic. I would make sure he knows \
         about the morning dose.",
    );
    room.says("18:07", "raman", "That is where I was too. Thanks.");
    room.day(4);
    room.says(
        "13:15",
        "okafor",
        "Swap of call on the 24th? I would take your weekend after.",
    );
    room.says("13:40", "raman", "Gladly. I told Teo, he changes the calendar.");
    room.today();
    room.says(
        "38 min ago",
        "raman",
        "Hospital rounds ran long, sorry for leaving you the two walk-ins.",
    );

    let mut room = script.open(9, "20:10", "okafor", Opening::Direct { with: "lindqvist" });
    room.says(
        "20:11",
        "okafor",
        "Anna, your Mr. Stone has a potassium of 6.1. He is on his way to the ED, details in #on-call. Sorry \
         to write in the evening.",
    );
    room.says(
        "20:25",
        "lindqvist",
        "Never be sorry for that. I call his wife in the morning.",
    );
    room.day(8);
    room.says(
        "07:30",
        "lindqvist",
        "He is fine and blames the salt substitute. I will put it on the list of things I ask about.",
    );

    let mut room = script.open(7, "10:05", "lindqvist", Opening::Direct { with: "park" });
    room.says(
        "10:06",
        "lindqvist",
        "Could you inject Mr. Larsen's shoulder on Thursday? You do these more often than I do.",
    );
    room.says(
        "10:30",
        "park",
        "Sure, after 1. I need to know about blood thinners and sugar.",
    );
    room.says("10:33", "lindqvist", "Neither. Thank you!");
}

fn directs_of_the_others(script: &mut Script) {
    let mut room = script.open(13, "08:50", "rosa", Opening::Direct { with: "jonas" });
    room.says(
        "08:51",
        "rosa",
        "Your 9:00 brought her two toddlers. I have crayons and a plan.",
    );
    room.says("08:53", "jonas", "You are a hero. Room 6, it has the washable wall.");
    room.day(3);
    room.says(
        "11:40",
        "jonas",
        "Please tell Tess that she did everything right with the door card. She looked unhappy.",
    );
    room.says("11:44", "rosa", "I will, over lunch.");

    let mut room = script.open(8, "11:20", "adeyemi", Opening::Direct { with: "teo" });
    room.says(
        "11:22",
        "adeyemi",
        "Question from the access review: does Rosa still need the organization queue? It is a strong right.",
    );
    room.says(
        "11:35",
        "teo",
        "Yes, she covers the patients' messages of SF when a care team is out. I wrote the reason into the \
         review.",
    );
    room.says(
        "11:38",
        "adeyemi",
        "Thank you, that is what I need. Next review in 90 days.",
    );
    room.today();
    room.says(
        "125 min ago",
        "adeyemi",
        "Could you confirm that the two departed accounts are still closed? I only see it in the record, I \
         would like your word as well.",
    );

    let mut room = script.open(11, "13:05", "nadia", Opening::Direct { with: "raman" });
    room.says(
        "13:06",
        "nadia",
        "Mr. Quinn's inhaler refill is the third in six weeks. Refill, or visit \
         first?",
    );
    room.says(
        "13:20",
        "raman",
        "One refill and a visit within two weeks. If he cannot come, a video visit. Thank you for counting.",
    );
    room.day(2);
    let wrong = room.says("16:50", "raman", "Can you send the discharge papers of Mr. Chow to me?");
    room.edits(
        wrong,
        "16:51",
        "raman",
        "Can you send the discharge papers of Mr. Cho to me?",
    );
    room.says("16:58", "nadia", "In your inbox.");
    room.today();
    room.says(
        "58 min ago",
        "nadia",
        "Talked to Mr. Cho for 20 minutes. Wound is dry, he walks around the block twice a day, bowels are \
         moving. He says hello and that you may talk slower.",
    );

    let mut room = script.open(6, "13:40", "tess", Opening::Direct { with: "sam" });
    room.says("13:41", "tess", "Is a payment plan over $500 mine or yours to approve?");
    room.says(
        "13:50",
        "sam",
        "Yours up to $1,000 and six months. Above that it comes to me.",
    );
    room.says("13:51", "tess", "Got it!");

    let mut room = script.open(5, "15:10", "brooks", Opening::Direct { with: "ortiz" });
    room.says(
        "15:11",
        "brooks",
        "Would you check the crash cart in LA with me at 4? The log wants two signatures.",
    );
    room.says(
        "15:14",
        "ortiz",
        "Yes. The AED pads expire next month, I saw it yesterday.",
    );
    room.says("16:12", "brooks", "Done and signed. Pads are ordered.");
}

fn groups(script: &mut Script) {
    let opening = Opening::Group {
        topic: "Covering Dr. Okafor, next week",
        members: &["okafor", "wen", "jonas"],
    };
    let mut room = script.open(4, "11:00", "raman", opening);
    room.says(
        "11:02",
        "raman",
        "Chidi is away Monday to Wednesday. I take his results and refills, Wen the messages, Jonas tells \
         patients at booking.",
    );
    room.says(
        "11:15",
        "okafor",
        "Open when I leave: Bennett (dressing and blood pressure), Garcia, Maria (iron), Price (awaiting MRI). \
         All three have a note in their topics.",
    );
    room.says("11:21", "wen", "Read them. Clear.");
    room.day(2);
    room.adds("09:00", "raman", "lindqvist", History::FromNow);
    room.says(
        "09:02",
        "raman",
        "@lindqvist backs me up on Tuesday, I am at the hospital that morning.",
    );
    room.says("09:20", "lindqvist", "Happy to. Is there anything I should read first?");
    room.says(
        "09:31",
        "okafor",
        "Only the three notes: Bennett, Maria Garcia (1984) and Price. I will add you to their topics.",
    );
    room.today();
    room.says(
        "29 min ago",
        "okafor",
        "Update for the list: Mrs. Bennett's metoprolol is halved since today. BP check on Tuesday stays.",
    );

    let members = &["raman", "nadia", "rosa"];
    let mut room = script.open(
        10,
        "14:00",
        "jonas",
        Opening::Group {
            topic: "Asthma checklist pilot",
            members,
        },
    );
    room.says(
        "14:02",
        "jonas",
        "Draft of the asthma checklist for intake:\n\n- rescue inhaler: how often per week?\n- nights awake\n- \
         inhaler technique *shown*, not told\n- spacer at home?",
    );
    room.says(
        "14:30",
        "nadia",
        "Add smoke and pets. And who fills in the action plan.",
    );
    room.says(
        "15:05",
        "raman",
        "I do, at the visit. Let us try it with five patients and count how long it takes.",
    );
    room.day(5);
    room.says(
        "16:20",
        "jonas",
        "Five done. Four minutes on average, the spacer question found two people who never had one.",
    );
    room.says(
        "16:41",
        "raman",
        "Then it stays. @rosa can we print it on the back of the intake form?",
    );
    room.says("16:50", "rosa", "Yes, from Monday.");
}
