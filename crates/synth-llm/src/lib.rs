//! A text model behind a loopback HTTP server.
