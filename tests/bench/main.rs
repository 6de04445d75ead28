//! Measures.
fn main(){}
