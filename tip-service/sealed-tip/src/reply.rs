//! Opens what an officer writes back and says whose signature it bears.
