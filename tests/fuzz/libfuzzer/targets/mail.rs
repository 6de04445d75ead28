#![no_main]
libfuzzer::target!("mail");
