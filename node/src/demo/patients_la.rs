//! Patients of the Los Angeles site.
//!
//! Only the text of the story.

use super::script::{Opening, Script};

/// Writes these rooms.
pub fn write(script: &mut Script) {
    singh(script);
    morales(script);
    stone(script);
    ito_and_fisher(script);
    larsen_abdi_haddad(script);
}

fn singh(script: &mut Script) {
    let opening = Opening::Topic { patient: "singh", topic: "Diabetes check-in" };
    let mut room = script.open(14, "16:00", "brooks", opening);
    room.says("16:02", "brooks",
        "Hi Mr. Singh, here is the topic for your sugars. Please write fasting numbers twice a week; I look on \
         Tuesdays and Fridays.");
    room.says("21:05", "singh", "Hi Denise, fasting today 168. It was 210 last month so I am happy");
    room.day(11);
    room.says("10:10", "brooks", "You should be. How is the metformin sitting with you?");
    room.says("12:33", "singh", "Better since I take it with dinner. 159 this morning");
    room.day(7);
    room.says("07:15", "singh", "151. Had one low feeling after a run, 74, ate a banana");
    room.says("09:40", "brooks",
        "Good reaction. Carry something sweet when you run and check before. If it is under 70 again, tell us \
         the same day.");
    room.day(2);
    room.says("15:30", "park",
        "Mr. Singh, your A1c came down from 11.2 to **9.6** in five months. That is your work. To go further I \
         would like to add a once-weekly injection; shall we talk about it on Monday?");
    room.says("19:48", "singh", "Thank you doctor. I am a bit afraid of needles but let's talk");
    room.notes("20:30", "park", "Check coverage for GLP-1 before Monday. @ortiz");
    room.day(1);
    room.notes("09:50", "ortiz",
        "Covered with prior authorization: A1c above 9 and metformin tried, both are met. Form is on your \
         desk.");
}

fn morales(script: &mut Script) {
    let mut room = script.general("morales");
    room.day(9);
    room.says("12:20", "ortiz",
        "Mr. Morales, Dr. Park raised your losartan to 100 mg, one tablet a day. Please come for a blood test \
         in two weeks, no fasting.");
    room.says("17:15", "morales", "Thank you, young man. I will take it with my coffee as always.");
    room.says("17:22", "ortiz", "Coffee is fine.");
    room.today();
    room.notes("30 min ago", "brooks",
        "Lab called through #on-call: glucose 412 today at 11:20. First call: no answer at home. Trying his \
         cell.");
    room.notes("21 min ago", "brooks",
        "Reached him. Thirsty, no vomiting, clear. Ran out of insulin on Sunday, pharmacy closed. @park he can \
         be here in 30 minutes with his son.");
    room.notes("20 min ago", "park",
        "Good. Room 3, ketones and a BMP when he arrives. I put in the insulin refill as an urgent one.");
    room.says("17 min ago", "brooks",
        "Mr. Morales, as we said on the phone: please come now with your son, Dr. Park is waiting for you. \
         Bring your meter. If you start to vomit or feel confused, your son should call **911** instead.");
    room.says("6 min ago", "morales", "We are in the car. My son is driving.");
}

fn stone(script: &mut Script) {
    let opening = Opening::Topic { patient: "stone", topic: "After the hospital: potassium" };
    let mut room = script.open(8, "08:00", "lindqvist", opening);
    room.takes("08:01", "lindqvist");
    room.says("08:03", "lindqvist",
        "Mr. Stone, I am glad you are home. Until I see you on Thursday: **no lisinopril, no salt \
         substitute**, and no bananas by the dozen. Please have your blood drawn tomorrow morning.");
    room.says("09:45", "stone", "Yes ma'am. My wife threw out the salt. She says hello.");
    room.day(7);
    room.says("16:30", "brooks",
        "Yesterday's potassium is 4.4: normal. Dr. Lindqvist still wants to see you Thursday at 2.");
    room.says("17:01", "stone", "I will be there. Do I keep taking the warfarin?");
    room.says("17:08", "brooks", "Yes, unchanged.");
    room.day(5);
    room.says("15:10", "lindqvist",
        "As discussed: amlodipine 5 mg instead of lisinopril. Blood pressure at home every other day, numbers \
         here please.");
    room.day(3);
    room.says("08:20", "stone", "138/80");
    room.day(1);
    room.says("08:25", "stone", "134/78. Feeling good.");
    room.says("10:02", "lindqvist", "Excellent. Twice a week is enough from now on.");
    room.resolves("10:03", "lindqvist");
}

fn ito_and_fisher(script: &mut Script) {
    let mut room = script.open(13, "11:00", "brooks", Opening::Topic { patient: "ito", topic: "Repeat blood count" });
    room.says("11:02", "brooks",
        "Ms. Ito, one of your blood tests needs to be repeated: the platelets stuck together in the tube, \
         which makes the count unreliable. Nothing points to illness. Could you come tomorrow before 10?");
    room.says("11:25", "ito", "Sure, 8:15? Is it because I fainted when they drew it?");
    room.says("11:31", "brooks",
        "No, it is a matter of the tube, not of you. 8:15 it is, and this time you may lie down for it.");
    room.day(11);
    room.says("15:20", "lindqvist", "The repeat count is **normal (231)**. No further tests needed.");
    room.says("15:42", "ito", "Great news, thank you both!");

    let opening = Opening::Topic { patient: "fisher", topic: "Lab results: thyroid" };
    let mut room = script.open(15, "14:50", "lindqvist", opening);
    room.says("14:52", "lindqvist",
        "Ms. Fisher, your thyroid test (TSH) is slightly raised at 8.9. Often this settles by itself, so we \
         repeat it in six weeks before deciding on a tablet. Are you more tired, cold or constipated than \
         usual?");
    room.says("18:10", "fisher", "A bit cold, but I always am. Does it have to do with my weight?");
    room.day(14);
    room.says("09:15", "lindqvist",
        "At this level it explains a few pounds at most. Let us look at it together when the second result is \
         here.");
    room.says("09:40", "fisher", "Fair enough. Thank you for being honest.");
    room.notes("09:45", "lindqvist", "TSH and free T4 ordered for week 6, TPO antibodies added.");
}

fn larsen_abdi_haddad(script: &mut Script) {
    let opening = Opening::Topic { patient: "larsen", topic: "Billing question: lab bill" };
    let mut room = script.open(8, "10:00", "lena", opening);
    room.takes("10:01", "lena");
    room.says("10:02", "lena",
        "Hello Mr. Larsen, thank you for calling about the $186 from Northlab. The order had a wrong group \
         number, which was our mistake. **Please do not pay it**; the lab is sending it to your plan again.");
    room.says("12:15", "larsen", "Ok good. Will I get another letter?");
    room.says("12:30", "lena", "Possibly one that shows $0. If it shows anything else, write here.");
    room.day(1);
    room.says("18:05", "larsen", "Letter came, it says $0. Case closed.");
    room.resolves("18:20", "lena");

    let opening = Opening::Topic { patient: "larsen", topic: "Shoulder injection" };
    let mut room = script.open(7, "11:00", "lindqvist", opening);
    room.takes("11:01", "lindqvist");
    room.says("11:02", "lindqvist",
        "Dr. Park can do the injection on Thursday at 1:20. No need to fast; someone should drive if it is \
         your right shoulder.");
    room.says("12:44", "larsen", "It is the left. See you Thursday.");
    room.day(5);
    room.says("13:50", "ortiz",
        "All done, Mr. Larsen. Ice tonight, easy for two days. It may ache before it gets better.");
    room.today();
    room.says("78 min ago", "larsen",
        "Shoulder is 80% better. I saw a cholesterol result in the portal, 192?? Do I need to do something \
         today?");

    let mut room = script.open(12, "09:30", "abdi", Opening::Topic { patient: "abdi", topic: "Travel vaccines" });
    room.says("09:33", "abdi",
        "Hello, my family travels to Kenya in December for five weeks. Which vaccines do we need and do you \
         have them?");
    room.says("11:40", "brooks",
        "How lovely. For you: typhoid, hepatitis A second dose, and malaria tablets; yellow fever is given at \
         the travel clinic, I can refer you. Would you like the interpreter again for the visit?");
    room.says("12:20", "abdi", "My English is fine for me, but please for my mother. We come together.");
    room.says("12:31", "ortiz", "Noted, video interpreter is booked for both of you on the 18th at 11.");
    room.day(2);
    room.says("16:00", "abdi", "Do we take the malaria tablets before we fly or when we are there?");
    room.today();
    room.says("200 min ago", "brooks",
        "The ones Dr. Park chose start **two days before** you fly, then daily, and go on for a week after you \
         are back. I printed it for both of you.");

    let opening = Opening::Topic { patient: "haddad", topic: "Nausea in early pregnancy" };
    let mut room = script.open(5, "13:10", "haddad", opening);
    room.says("13:12", "haddad",
        "I am 8 weeks and throw up 3 or 4 times a day. I keep water down most of the time. What is safe to \
         take?");
    room.says("13:35", "brooks",
        "I am sorry, that is exhausting. Are you passing urine as usual, and have you lost weight? Any belly \
         pain or bleeding?");
    room.says("13:41", "haddad", "Urine is ok. 2 pounds maybe. No pain, no bleeding");
    room.says("14:20", "park",
        "Then we can start at home: vitamin B6 25 mg three times a day, and doxylamine 12.5 mg at night, both \
         safe in pregnancy. Small meals, ginger if you like it. If you cannot keep liquids down for 12 hours, \
         or see blood, come the same day or go to the ED.");
    room.notes("14:25", "park", "OB intake is on the 14th. If ketones or > 5% weight loss: IV fluids here.");
    room.day(3);
    room.says("10:30", "haddad", "Only once yesterday. Thank you, I feel human.");
    room.says("10:48", "brooks", "That is the best message of my day.");
}
