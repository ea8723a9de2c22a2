//! Patients of the San Francisco site, among them a boy whose mother writes for him.
//!
//! Only the text of the story.

use super::script::{Opening, Script};

/// Writes these rooms.
pub fn write(script: &mut Script) {
    leo_tran(script);
    bennett(script);
    cho(script);
    walker(script);
    short_ones(script);
}

fn leo_tran(script: &mut Script) {
    let mut room = script.general("leo.tran");
    room.day(12);
    room.says("17:30", "hanh.tran",
        "Hello, I am Leo's mother. He needs the sports form for soccer signed by next Friday. Do we need a \
         visit?");
    room.day(11);
    room.says("08:35", "jonas",
        "Hello Ms. Tran, his physical was in August, so no visit is needed. Please bring the form by and Dr. \
         Raman will sign it this week.");
    room.says("08:50", "hanh.tran", "I left it at the desk. Thank you!");
    room.day(9);
    room.says("14:05", "jonas", "Signed, and ready in the portal.");
    room.says("15:45", "leo.tran", "thank you!! practice is on monday");

    let opening = Opening::Topic { patient: "leo.tran", topic: "Fever" };
    let mut room = script.open(4, "20:40", "hanh.tran", opening);
    room.says("20:42", "hanh.tran",
        "I talked with Dr. Park on the phone. Leo has 102.8, he drinks and is awake. We come tomorrow morning. \
         Is the ibuprofen 200 mg every 6 hours right for him? He weighs 88 pounds.");
    room.day(3);
    room.says("07:40", "nadia",
        "Good morning Ms. Tran. Yes, 200 mg is a safe dose at his weight, every 6 to 8 hours with food, not \
         more than 4 in a day. You have 8:40 with Dr. Raman. How was the night?");
    room.says("07:52", "hanh.tran", "He slept. 100.9 now. See you soon.");
    room.says("09:25", "raman",
        "The rapid strep test is positive. Amoxicillin is at your pharmacy: once a day for **10 days**, all of \
         it, even when he feels well. He can go back to school after 12 hours of medicine and without fever.");
    room.notes("09:30", "raman",
        "Tonsillar exudate, no rash, neck supple. No penicillin allergy: asked mother twice.");
    room.says("10:20", "hanh.tran", "We have it. He likes the taste, I cannot believe it.");
    room.today();
    room.says("111 min ago", "hanh.tran",
        "No fever since yesterday and he eats. There are a few red spots on his belly since this morning, not \
         itchy. Should I be worried about the amoxicillin?");
    room.notes("101 min ago", "nadia",
        "@raman please look between patients: fourth day of amoxicillin, spots on trunk, no itch, no fever. I am \
         asking her for breathing, swelling and a picture at a visit today.");
    room.says("99 min ago", "nadia",
        "Thank you for writing at once, Ms. Tran. Is there any swelling of lips or face, trouble breathing, or \
         vomiting? If there is, please **call 911**. If not: please hold the next dose until Dr. Raman has \
         answered, and come by at 3:30 so that we can see the spots.");
    room.says("93 min ago", "hanh.tran", "None of that. We will be there at 3:30.");
}

fn bennett(script: &mut Script) {
    let opening = Opening::Topic { patient: "bennett", topic: "Leg wound" };
    let mut room = script.open(12, "11:30", "wen", opening);
    room.takes("11:31", "wen");
    let beside = room.room();
    room.says("11:32", "wen",
        "Hello Mrs. Bennett, this is where we talk about your leg between the dressings. Next dressing: Friday \
         10:40. Please keep the leg up when you sit.");
    room.says("14:20", "bennett",
        "Thank you dear. My daughter types for me today. The stocking is tight at the ankle, is that how it \
         should be?");
    room.says("14:41", "wen", "Snug, yes; painful or with numb or cold toes, no. How are the toes?");
    room.says("14:50", "bennett", "Warm and pink.");
    room.says("14:52", "wen", "Then it is right as it is.");
    room.day(8);
    room.says("16:10", "okafor",
        "Mrs. Bennett, the wound is a third smaller than two weeks ago. You are doing this very well.");
    room.says("17:35", "bennett", "I walk to the corner and back, three times. My neighbor counts.");
    room.day(2);
    room.says("11:40", "okafor",
        "As we discussed today, your new tablet is metoprolol, **half a tablet** in the morning and in the \
         evening, with food. If you feel dizzy, sit down and call us.");
    let wrong = room.says("11:52", "jonas", "Your next dressing is on Monday at 10:40.");
    room.retracts(wrong, "11:54", "jonas", "Wrong day; the right one follows.");
    room.says("11:55", "jonas",
        "Your next dressing is **the day after tomorrow at 1:30**, in the big room. Sorry for the mix-up.");
    room.says("13:05", "bennett", "My daughter wrote it on the calendar.");
    room.today();
    room.notes("45 min ago", "jonas",
        "BP 112/64 before she left, walked to the door without swaying. Daughter has the written plan.");
    room.says("43 min ago", "okafor",
        "Mrs. Bennett, here is today's plan once more: **half a tablet** of metoprolol in the morning only, \
         always after breakfast, none in the evening, and a full glass of water with every meal. Wen calls \
         you at 5 this afternoon.");
    room.says("9 min ago", "bennett",
        "We are home. I had soup. Is it all right to take a nap before Wen calls?");
    room.notes("8 min ago", "wen", "I am at the front until 4. @jonas can you take her? Pressure plan is above.");
    room.offers("7 min ago", "wen", "jonas");

    let mut room = script.open(8, "15:50", "jonas", Opening::CareRoom { beside, topic: "Alice Bennett: dressings" });
    room.says("15:52", "jonas",
        "Today 4.1 × 2.8 cm, was 5.0 × 3.6. Clean edges, no odor, little exudate. ABI is due.");
    room.says("16:05", "okafor",
        "Very good. Keep the same dressing. @wen please book the ABI in the next two weeks.");
    room.says("16:09", "wen", "Booked for the 12th at 9:00.");
    room.day(2);
    room.says("11:15", "jonas",
        "3.6 × 2.2 cm. She mentions palpitations when she climbs stairs; ECG done, it is on your desk.");
    room.says("11:30", "okafor",
        "Sinus rhythm with some PACs. Starting low-dose metoprolol, pressure was 134/78.");
}

fn cho(script: &mut Script) {
    let opening = Opening::Topic { patient: "cho", topic: "Post-surgery follow-up: hernia repair" };
    let mut room = script.open(7, "16:05", "nadia", opening);
    room.says("16:07", "nadia",
        "Mr. Cho, I hope you are home and comfortable. Surgeon's office for tonight: 415-555-0142. For \
         everything else write here; we answer on weekdays between 8 and 5.");
    room.says("18:12", "cho", "Home. Sore when I cough. I hold a pillow like they said.");
    room.day(6);
    room.says("08:50", "nadia",
        "Very good. Short walks, no lifting over 10 pounds, and something for the bowels if you take the \
         strong pain tablets. Did you sleep?");
    room.says("09:30", "cho", "4 hours. Took 1 oxycodone at night. Only Tylenol now.");
    room.notes("09:35", "nadia", "Metformin restarted this morning per discharge papers, fasting 138.");
    room.day(5);
    room.says("10:15", "cho", "There is a bruise going down. Purple. Is this OK?");
    room.says("10:40", "nadia",
        "Yes, a bruise that moves down with gravity is common after this operation. Not OK would be: growing \
         fast, hot and red, fever over 101, or a hard painful lump. Then call the surgeon's office at once.");
    room.says("10:44", "cho", "None of these. Thank you nurse Nadia.");
    room.day(1);
    room.says("14:30", "cho", "Can I drive on Friday?");
    room.says("15:05", "nadia",
        "If you are off the strong tablets for a full day and can step hard on the brake without pain: yes. \
         Try it in the parked car first.");
    room.today();
    room.says("57 min ago", "nadia",
        "It was good to talk to you just now, Mr. Cho. Dr. Raman sees you on Tuesday at 11:20; please bring \
         your sugar log.");
}

fn walker(script: &mut Script) {
    let opening = Opening::Topic { patient: "walker", topic: "Medication question: statin and VA list" };
    let mut room = script.open(14, "11:00", "raman", opening);
    room.says("11:03", "raman",
        "Mr. Walker, two of your tablets do not go well together: simvastatin 40 and amlodipine 10. Please \
         **stop the simvastatin**; I sent atorvastatin 20 mg to your pharmacy instead, once in the evening. I \
         am writing to your VA doctor so that both lists agree.");
    room.says("15:40", "walker", "OK doc. I still have 60 of the old ones, what do I do with them");
    room.says("15:58", "jonas", "Please bring them in, we have a drop box at the front desk.");
    room.day(10);
    room.says("09:05", "walker", "VA says they got your letter. New one is fine so far");
    room.day(2);
    room.says("10:20", "jonas",
        "Your INR today is **2.6**, right where it should be. Same warfarin dose, next check in four weeks.");
    room.says("12:00", "walker", "Copy that");
    room.notes("12:05", "jonas", "Leg muscles: no aches, asked specifically.");
}

fn short_ones(script: &mut Script) {
    let mut room = script.open(9, "19:05", "ruiz", Opening::Topic { patient: "ruiz", topic: "Birth control refill" });
    room.says("19:07", "ruiz", "Hi, my refill says zero left and I travel on the 20th. Could you renew it?");
    room.day(8);
    room.says("08:40", "jonas",
        "Good morning Ms. Ruiz, I asked Dr. Okafor. Do you have migraines with visual changes, or did you \
         start smoking? We ask once a year.");
    room.says("09:10", "ruiz", "No and no.");
    room.says("11:30", "okafor",
        "Renewed for 12 months. A blood-pressure reading at the front desk any time this month would complete \
         it. Safe travels.");
    room.says("11:45", "ruiz", "Perfect, thanks so much");
    room.archives("17:20", "jonas");

    let mut room = script.open(6, "12:00", "novak", Opening::Topic { patient: "novak", topic: "Tired all the time" });
    room.says("12:04", "novak",
        "I have been tired for about two months. Sleep is OK, work is a lot. Can I get blood tests before I \
         come in?");
    room.says("14:10", "wen",
        "Thank you for writing, Ms. Novak. Dr. Okafor ordered the usual first tests; the lab is open 7 to 3, \
         no fasting needed. How is your mood, and how are your periods?");
    room.says("18:30", "novak", "Mood is low in the mornings but I function. Periods regular.");
    room.notes("18:45", "okafor", "PHQ-9 at check-in, please. 40-minute slot.");
    room.day(5);
    room.says("09:00", "wen",
        "Thank you for telling us. I booked 40 minutes with Dr. Okafor so that there is time to talk. If the \
         mornings become harder than you can carry, call us, or **988** at any hour.");
    room.says("09:22", "novak", "I appreciate that. I am OK until then.");

    let mut room = script.open(3, "09:40", "okafor", Opening::Topic { patient: "price", topic: "Knee MRI" });
    room.says("09:42", "okafor",
        "Ms. Price, your insurance approved the MRI of the right knee. The imaging center will call you; if \
         they do not by Friday, write here.");
    room.says("10:30", "price", "They called already, Thursday 7 am. Do I need someone to drive me?");
    room.says("10:52", "jonas", "No, there is no sedation. No metal, and loose pants are easiest.");
    room.today();
    room.says("132 min ago", "price", "MRI is done. They said results in 2 days. Can I keep cycling?");

    let mut room = script.open(11, "13:30", "nadia", Opening::Topic { patient: "quinn", topic: "Inhaler refills" });
    room.says("13:32", "nadia",
        "Mr. Quinn, one refill of your rescue inhaler is at the pharmacy. Because it is the third in six \
         weeks, Dr. Raman would like to see you within two weeks. Would the 3rd at 4:40 work?");
    room.says("20:50", "quinn", "ok. it is the new carpet at work i think. 4:40 is good");
    room.day(4);
    room.says("17:20", "raman",
        "Good to see you today. New plan: the *orange* inhaler two puffs every morning and evening, rinse your \
         mouth after. The blue one only when you need it; if that is more than twice a week, tell us.");
    room.says("21:15", "quinn", "got it, thanks doc");

    let mut room = script.open(7, "13:00", "nadia", Opening::Topic { patient: "bell", topic: "Urine culture" });
    room.says("13:02", "nadia",
        "Ms. Bell, your culture shows bacteria that your antibiotic treats well. Please finish all five days. \
         How are you feeling?");
    room.says("13:20", "bell", "So much better already. I almost stopped taking it, glad you wrote!");
    room.says("13:25", "nadia", "Two more days, then you are done.");
}
