//! Where the OpenPGP lies in a mail: PGP/MIME (RFC 3156) or inline.
