//! Rooms of those who treat: #clinical, #on-call and #lab-results. Patient information may be written in them.
//!
//! Only the text of the story.

use super::script::{Opening, Script};
use corridor_protocol::{ChannelVisibility, History};

/// Writes these rooms.
pub fn write(script: &mut Script) {
    clinical(script);
    on_call(script);
    lab_results(script);
}

fn private(name: &'static str, members: &'static [&'static str]) -> Opening {
    Opening::Channel { name, visibility: ChannelVisibility::Private, site: None, phi: true, members }
}

fn clinical(script: &mut Script) {
    let members = &["okafor", "lindqvist", "park", "wen", "nadia", "brooks", "jonas", "ortiz"];
    let mut room = script.open(15, "07:42", "raman", private("clinical", members));
    room.says("07:44", "raman",
        "Clinical room for both sites. Huddle notes, questions to each other, near misses. Please open a \
         thread under the message you answer.");
    let huddle = room.says("07:58", "wen",
        "Huddle SF: 22 visits, two annual wellness, one INR check (Walker). Nadia has the refill pool until \
         noon.");
    room.answers(huddle, "08:04", "nadia", "Refill pool is at 14. I would like to have it at zero by lunch.");
    room.day(14);
    let statin = room.says("10:12", "jonas",
        "Mr. Walker brought a bottle of simvastatin 40 from the VA. He is also on amlodipine 10 from us. Is \
         that a problem?");
    room.answers(statin, "10:20", "raman",
        "Yes, good catch. Simvastatin should not go above 20 with amlodipine. I am switching him to \
         atorvastatin 20 and will write to the VA.");
    room.answers(statin, "10:24", "jonas",
        "Medication list updated, I put the VA bottle under *outside medications*.");
    room.day(13);
    room.says("13:02", "park",
        "Does anyone have the number of the retina clinic that still takes new patients this month?");
    room.says("13:15", "lindqvist",
        "I sent two there last week; referral coordinator answers before 10 am only. It is in the directory \
         under *Ophthalmology, retina*.");
    room.day(11);
    let near_miss = room.says("15:30", "nadia",
        "Near miss to learn from: today I had **Marta Garcia**'s chart open while talking to **Maria Garcia** \
         on the phone. Caught it at the date of birth. No harm, nothing charted in the wrong place.");
    room.answers(near_miss, "15:37", "okafor",
        "Thank you for saying it. And there is a third: Noemi. All three live within a mile of us.");
    room.answers(near_miss, "15:41", "wen", "I added the *similar name* flag to all three charts.");
    room.answers(near_miss, "15:52", "raman",
        "Let us talk about door cards and labels at the next huddle, not about who. @wen could you bring the \
         checklist?");
    room.day(9);
    room.says("08:05", "brooks",
        "Huddle LA: 19 visits, Dr. Park has three procedures after 1. Room 3 stays blocked for those.");
    room.says("11:48", "ortiz",
        "Mr. Morales' home readings for the last 7 days average 148/86. Log is scanned.");
    room.says("12:10", "park",
        "Thanks. I will raise his losartan to 100 and see him in 4 weeks. Please book a BMP at two weeks. \
         @ortiz");
    room.says("12:13", "ortiz", "Booked, he knows.");
    room.day(7);
    let a1c = room.says("09:30", "lindqvist",
        "Who owns the list of patients with A1c above 9? I would like to see mine before outreach calls start.");
    room.answers(a1c, "09:36", "nadia", "I do for SF, Denise for LA. You will have yours by noon.");
    room.answers(a1c, "11:50", "brooks", "LA list is done: 11 patients, 4 of them yours.");
    room.answers(a1c, "11:58", "lindqvist", "Received. I will call two of the four myself.");
    room.day(5);
    room.says("14:20", "okafor",
        "Albuterol HFA from our usual manufacturer is back-ordered. The formulary alternative is covered, no \
         prior authorization; I changed the favorites list.");
    room.says("14:28", "wen", "I will tell the two patients who called this morning.");
    room.day(3);
    let card = room.says("11:26", "jonas",
        "The door card of room 5 said *M. Garcia*; the patient inside is Marta, 1948, and Maria's chart was on \
         the screen. Right chart is open now, nothing was ordered.");
    room.answers(card, "11:31", "okafor",
        "Thank you. From today door cards carry the full first name and the year of birth.");
    room.answers(card, "11:34", "wen", "New cards are printed. I will do the rooms over lunch.");
    room.day(2);
    room.says("08:02", "wen",
        "Huddle SF: 24 visits. Mrs. Bennett at 10:40 needs the big room, she comes with her walker and her \
         daughter.");
    room.says("16:40", "raman",
        "Two of my post-discharge calls for tomorrow: Cho and Walker. @nadia could you take Mr. Cho? He trusts \
         you more than me.");
    room.says("16:44", "nadia", "Gladly. He told me you talk too fast.");
    room.today();
    room.says("240 min ago", "wen",
        "Huddle SF: 21 visits, one new patient, Dr. Raman in at 9:20. Vaccine fridge 4.3 °C.");
    room.says("233 min ago", "brooks",
        "Huddle LA: 18 visits, Dr. Lindqvist here today. Room 8 opens after lunch.");
    let dizzy = room.urgent("74 min ago", "jonas",
        "Mrs. Bennett is here for her dressing and says she was dizzy twice this morning. BP 98/56 sitting, \
         pulse 58, alert and talking. @okafor");
    room.acknowledges(dizzy, "72 min ago", "okafor");
    room.answers(dizzy, "71 min ago", "okafor",
        "Coming. Please get orthostatics, a fingerstick and an ECG, and keep her lying down until I am there.");
    room.answers(dizzy, "55 min ago", "jonas",
        "ECG is on your desk. Fingerstick 104. Standing BP 88/50 after one minute.");
    room.answers(dizzy, "47 min ago", "okafor",
        "Most likely the new metoprolol on top of not eating since last night. Halved the dose, she had juice \
         and a sandwich, BP 112/64 now. Her daughter drives her home; @wen please call her at 5.");
    room.says("12 min ago", "lindqvist",
        "Does SF have a spare dermatoscope for tomorrow? Ours went out for repair this morning.");
}

fn on_call(script: &mut Script) {
    let members = &["raman", "okafor", "park", "nadia", "wen", "brooks", "lab-feed"];
    let mut room = script.open(15, "08:20", "lindqvist", private("on-call", members));
    room.says("08:22", "lindqvist",
        "On-call rotation: I have it until Friday 8 am, then Dr. Okafor, then Dr. Park. Backup is always Dr. \
         Raman.");
    room.day(12);
    room.says("21:10", "park",
        "One call: medication question after a visit, answered, documented. Quiet otherwise.");
    room.day(11);
    room.says("08:05", "lindqvist",
        "Handoff to @okafor: nothing open. Mr. Stone may call about his INR, target 2–3, last 2.4.");
    room.says("08:09", "okafor", "I have it. Thank you, Anna.");
    room.day(9);
    let potassium = room.stat("19:42", "lab-feed",
        "**Critical value** · Potassium **6.1 mmol/L** (reference 3.5–5.1), not hemolyzed\n\nPatient: Victor \
         Stone, DOB 1954-11-21, MRN-10101\nCollected 16:05, Northlab accession NL-448120");
    room.acknowledges(potassium, "19:44", "okafor");
    room.answers(potassium, "19:46", "okafor", "I have it. Calling Mr. Stone now.");
    room.answers(potassium, "20:03", "okafor",
        "Reached him and his wife. No symptoms, but on lisinopril and a new salt substitute. He is on his way \
         to the emergency department; I called ahead and they have the value.");
        room.acknowledges(potassium, "20:27", "lindqvist");
    room.answers(potassium, "22:31", "okafor",
        "ED: ECG normal, repeat 5.7, treated, staying overnight. Lisinopril on hold. @lindqvist he is yours, \
         visit to be booked for this week.");
    room.day(8);
    room.answers(potassium, "07:20", "lindqvist",
        "Thank you, Chidi. Discharged this morning at 4.6. I see him on Thursday.");
    room.day(6);
    room.says("08:02", "okafor",
        "Handoff to @park: Mr. Cho day 2 after hernia repair, surgeon's number is in his topic. Nothing else.");
    room.says("08:06", "park", "Got it.");
    room.day(4);
    let fever = room.urgent("20:15", "nadia",
        "Answering service: mother of Leo Tran, 102.8 °F since this afternoon, drinking, no rash, no stiff \
         neck by phone. She asks whether to come in. @park");
    room.acknowledges(fever, "20:18", "park");
    room.answers(fever, "20:31", "park",
        "Spoke with Ms. Tran. He is comfortable after ibuprofen and keeps fluids down. She knows what to watch \
         for and when to go in tonight. First slot tomorrow with Dr. Raman, please. @front_desk");
    room.day(3);
    room.answers(fever, "07:48", "nadia", "Booked 8:40. I will be in the room.");
    room.day(1);
    room.says("08:01", "park", "Handoff to @lindqvist for the week: nothing open. Pager battery is new.");
    room.says("08:04", "lindqvist", "I have it.");
    room.today();
    let glucose = room.urgent("36 min ago", "lab-feed",
        "**Alert value** · Glucose **412 mg/dL** (reference 70–99)\n\nPatient: Hector Morales, DOB 1946-10-30, \
         MRN-10077\nCollected 11:20, Northlab accession NL-451377");
    room.acknowledges(glucose, "33 min ago", "brooks");
    room.answers(glucose, "31 min ago", "brooks",
        "Calling him. @park he is your patient, do you want him in today?");
    room.answers(glucose, "22 min ago", "park",
        "Yes, please. Ask about thirst, vomiting and whether he took his insulin. If he feels unwell he goes \
         to the ED, not to us.");
}

fn lab_results(script: &mut Script) {
    let members = &["nadia", "brooks", "okafor", "raman", "lindqvist", "park", "lab-feed"];
    let mut room = script.open(15, "08:30", "wen", private("lab-results", members));
    room.says("08:31", "wen",
        "The Northlab feed posts abnormal results here. Critical ones go to #on-call. Whoever takes one says \
         so in its thread.");
    let tsh = room.says("14:12", "lab-feed",
        "TSH **8.9 mIU/L** (0.4–4.5) · Joan Fisher, DOB 1963-12-11, MRN-10145 · NL-446201");
    room.answers(tsh, "14:40", "lindqvist", "Mine. Repeat with free T4 in six weeks, message to her is out.");
    room.day(13);
    let platelets = room.says("10:02", "lab-feed",
        "Platelets **128 ×10³/µL** (150–400) · Emi Ito, DOB 1992-02-05, MRN-10330 · NL-446870");
    room.answers(platelets, "10:30", "brooks",
        "Smear comment says clumping. Dr. Lindqvist wants a citrate tube, I am calling her.");
    room.day(10);
    let garcia = room.says("09:44", "lab-feed",
        "Ferritin **6 ng/mL** (15–150), hemoglobin **10.4 g/dL** (12.0–15.5) · Maria Garcia, DOB 1984-03-12, \
         MRN-10240 · NL-447725");
    room.answers(garcia, "09:52", "okafor", "Mine. This is *Maria*, 1984. Taking it up in her topic.");
    room.day(7);
    let culture = room.says("12:25", "lab-feed",
        "Urine culture: E. coli > 100,000 CFU/mL, susceptible to nitrofurantoin · Tasha Bell, DOB 2001-04-09, \
         MRN-10365 · NL-449034");
    room.answers(culture, "12:33", "nadia", "She is on nitrofurantoin since Monday. Told her, feels better.");
    room.day(2);
    let a1c = room.says("15:02", "lab-feed",
        "Hemoglobin A1c **9.6 %** (< 5.7) · Arjun Singh, DOB 1988-08-19, MRN-10314 · NL-450660");
    room.answers(a1c, "15:20", "park",
        "Mine. Was 11.2 in spring, so he is doing well. I will tell him that first.");
    room.adds("15:30", "wen", "ortiz", History::FromNow);
    room.today();
    room.says("118 min ago", "lab-feed",
        "LDL cholesterol **192 mg/dL** (< 100) · Erik Larsen, DOB 1972-07-07, MRN-10166 · NL-451201");
    room.says("52 min ago", "lab-feed",
        "Vitamin D **14 ng/mL** (30–100) · Petra Novak, DOB 1978-04-22, MRN-10288 · NL-451340");
}
