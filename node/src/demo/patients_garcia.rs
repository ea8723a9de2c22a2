//! Three women called Garcia: Maria (four topics and a care room), Marta, and Noemi, who has no active account yet.
//!
//! Only the text of the story.

use super::script::{Opening, Script};

/// Writes these rooms.
pub fn write(script: &mut Script) {
    maria_general(script);
    maria_iron(script);
    maria_skin_surgery(script);
    maria_bill(script);
    marta(script);
    noemi(script);
}

fn maria_general(script: &mut Script) {
    let mut room = script.general("garcia");
    room.day(14);
    room.says("18:40", "garcia",
        "Hello, is this the right place to ask for a copy of my vaccination record? My daughter's school wants \
         it from the parents who volunteer.");
    room.day(13);
    room.says("08:25", "jonas",
        "Good morning Ms. Garcia, yes, it is. I put the record under *Documents* in your portal; the school \
         can have the PDF.");
    room.says("12:10", "garcia", "Found it, thank you!");
    room.day(5);
    room.says("20:15", "garcia", "Can I get a flu shot when I am there for my iron check?");
    room.day(4);
    room.says("08:30", "jonas", "Yes. I added it to your visit, no extra appointment needed.");
}

fn maria_iron(script: &mut Script) {
    let opening = Opening::Topic { patient: "garcia", topic: "Lab results: iron" };
    let mut room = script.open(10, "10:05", "okafor", opening);
    let beside = room.room();
    room.says("10:08", "okafor",
        "Hello Ms. Garcia, your results are back. Your iron store (ferritin) is **low at 6**, and your \
         hemoglobin is a little low at 10.4. That fits with how tired you have felt. It is treatable.\n\nI \
         suggest one iron tablet (ferrous sulfate 325 mg) every other day with orange juice, not with coffee \
         or tea. May I send it to your pharmacy?");
    room.notes("10:12", "okafor",
        "Heavy periods per intake. If no response in 4 weeks: GI history again, consider gyn referral and \
         celiac serology.");
    room.says("12:32", "garcia",
        "Thank you for explaining. Yes please, the one on Mission Street. Why only every other day?");
    room.says("12:58", "okafor",
        "Because the body takes up more of it that way, and it is kinder to the stomach.");
    room.says("13:05", "garcia",
        "That makes sense. Should I worry about the heavy periods I told Wen about?");
    room.says("13:22", "okafor",
        "They are the likely reason, so I would like to talk about them. Wen will offer you a visit; bring the \
         dates if you track them.");
    room.says("13:40", "wen", "Ms. Garcia, I can offer Thursday 9:10 or 4:20 with Dr. Okafor.");
    room.says("17:55", "garcia", "4:20 is perfect.");
    room.says("17:58", "wen", "Booked. See you Thursday.");
    room.day(6);
    room.says("07:50", "garcia",
        "The tablets make me constipated and my stool is very dark. Is that normal?");
    room.says("09:05", "wen",
        "Dark stool is expected with iron. For the constipation: more water, and you may take the tablet with \
         a meal. If the stool is black *and sticky*, or you feel faint, call us the same day.");
    room.says("12:15", "garcia", "Just dark. I will try with dinner. Thanks Wen");
    room.notes("12:20", "wen", "No melena by description. Re-check CBC is ordered for week 4.");
    room.today();
    room.says("64 min ago", "garcia",
        "Much better with food. One question: I forgot two tablets last week, do I take them now?");
    let draft = room.notes("50 min ago", "jonas", "@okafor can I tell her to just go on as planned?");
    room.notes("48 min ago", "okafor", "Yes: no catching up, continue every other day.");
    room.edits(draft, "47 min ago", "jonas",
        "@okafor can I tell her to just go on as planned? (Answered, I am writing to her.)");
    room.says("39 min ago", "jonas",
        "Glad it is better, Ms. Garcia. No need to catch up: just go on with one tablet every other day. Would \
         next Tuesday or Thursday before 10 suit you for the repeat blood count?");

    let opening = Opening::CareRoom { beside, topic: "Maria Garcia: before and after visits" };
    let mut room = script.open(9, "08:15", "okafor", opening);
    room.says("08:17", "okafor",
        "Thursday 4:20: please do orthostatics and ask about pica (ice!). I would like 30 minutes with her.");
    room.says("08:24", "jonas", "Changed to a 30-minute slot. Chart prep is done.");
    room.says("16:18", "jonas",
        "Roomed. Ice: yes, two cups a day. BP 112/70, standing 108/68. **DOB 03/12/1984 confirmed**, the other \
         M. Garcia was here this morning.");
    room.says("16:58", "okafor",
        "Thank you. Plan: iron, hormonal option discussed, she will think about it. CBC in 4 weeks. Call if no \
         answer from her in 10 days.");
    room.day(1);
    room.says("14:05", "wen",
        "She has not picked a date for the repeat CBC yet. I will offer two when she writes next.");
}

fn maria_skin_surgery(script: &mut Script) {
    let opening = Opening::Topic { patient: "garcia", topic: "Post-surgery follow-up: mole removal" };
    let mut room = script.open(13, "15:45", "jonas", opening);
    room.says("15:47", "jonas",
        "Hello Ms. Garcia, this topic is for your shoulder after today's removal. Keep the dressing dry for 24 \
         hours, then wash gently once a day. The stitches come out in 10 days. You may send a message here \
         with any question.");
    room.says("19:20", "garcia", "Thank you Jonas. A little sore, nothing bad.");
    room.day(12);
    room.says("08:40", "wen", "Good morning, how was the night?");
    room.says("08:55", "garcia", "Slept fine! There was a spot of blood on the dressing, about a dime.");
    room.says("09:02", "wen",
        "That is fine on the first day. If it soaks through, press for ten minutes and call us.");
    room.day(7);
    room.says("11:05", "okafor",
        "Good news: the pathology report shows a **benign** mole, completely removed. Nothing more to do but \
         the stitches.");
    room.says("11:20", "garcia", "What a relief. Thank you!!");
    room.day(3);
    room.says("14:32", "jonas",
        "Stitches are out and the wound is closed. Sunscreen on the scar for a year, please. I am closing this \
         topic; you can always open a new one.");
    room.says("15:10", "garcia", "Will do. You have been so kind.");
    room.archives("15:30", "jonas");
}

fn maria_bill(script: &mut Script) {
    let opening = Opening::Topic { patient: "garcia", topic: "Billing question: statement from the spring" };
    let mut room = script.open(13, "10:15", "sam", opening);
    room.says("10:17", "sam",
        "Hello Ms. Garcia, this is Sam from billing. You asked at the desk for an itemized statement. It is \
         now in your portal under *Statements*.");
    room.says("18:22", "garcia",
        "Hi Sam, I see it. What is the $35 on line 3? My visit co-pay was already paid.");
    room.day(12);
    room.says("09:12", "sam",
        "You are right, and thank you for looking closely. Line 3 is a second co-pay that should not be there. \
         I have removed it, so your balance is **$0.00**.");
    room.says("12:40", "garcia", "That was quick. Thank you.");
    room.notes("12:45", "sam", "Refund not needed, was never collected. Adjustment posted.");
}

fn marta(script: &mut Script) {
    let opening = Opening::Topic { patient: "marta.garcia", topic: "Blood pressure at home" };
    let mut room = script.open(11, "09:20", "nadia", opening);
    room.notes("09:21", "nadia",
        "Careful: **Marta** Garcia, born 1948-12-03. Not Maria (1984) and not Noemi (1991).");
    room.says("09:25", "nadia",
        "Good morning Mrs. Garcia, Dr. Raman would like you to measure your blood pressure at home for a week: \
         mornings and evenings, sitting, after five minutes of rest. You can write the numbers here.");
    room.says("16:02", "marta.garcia",
        "Dear Nadia, my grandson showed me how to write here. This morning 146 over 82, this evening I will \
         measure after the news.");
    room.says("16:20", "nadia", "Perfect, that is exactly how. Maybe *before* the news.");
    room.day(7);
    room.says("10:30", "marta.garcia", "The week is full. 146/82 151/84 139/78 144/80 148/83 141/79 138/77");
    room.says("11:10", "raman",
        "Thank you, Mrs. Garcia, this is very helpful. The average is about 144/80, a bit above our goal. I \
         would like to raise your amlodipine from 5 to 10 mg. Watch for swollen ankles and tell us if you see \
         it.");
    room.says("12:05", "marta.garcia", "I will. Do I take two of the small ones until the new ones come?");
    room.says("12:14", "nadia", "Yes, two of the 5 mg once a day until the 10 mg arrive.");
    room.today();
    room.says("168 min ago", "marta.garcia",
        "Good morning. My ankles are a little thick in the evenings since Sunday, gone in the morning. No \
         short breath. What shall I do?");
    room.notes("155 min ago", "jonas",
        "Walking well at the desk yesterday. Last weight 64 kg, no change. @raman");
}

fn noemi(script: &mut Script) {
    let mut room = script.general("n.garcia");
    room.day(4);
    room.notes("10:05", "jonas",
        "New patient, registered by phone. Portal invitation is sent, not accepted yet, so we cannot write to \
         her here. First visit next Wednesday 2:00.");
    room.notes("10:11", "wen", "Similar-name flag is on. Date of birth 1991-07-30.");
    room.day(1);
    room.notes("09:15", "jonas",
        "Called her, invitation went to an old email address. She gives us the new one at check-in.");
}
