#![no_main]
libfuzzer::target!("multipart");
