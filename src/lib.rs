//! clientele
