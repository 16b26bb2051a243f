//! Every request that arrived, as it was read: what a check against Discord's own description needs.

use std::time::Instant;

use serde::Serialize;
use serde_json::Value;

#[derive(Clone, Debug, Serialize)]
pub struct Recorded {
    pub method: String,
    pub path: String,
    /// Of a multipart body, its `payload_json`; null where there was none.
    pub body: Value,
    pub status: u16,
    /// When it was read.
    #[serde(skip)]
    pub at: Instant,
}

/// One request a line, as `validate.py` reads them.
pub fn json_lines(records: &[Recorded]) -> Result<String, serde_json::Error> {
    let mut lines = String::new();
    for record in records {
        lines += &serde_json::to_string(record)?;
        lines.push('\n');
    }
    Ok(lines)
}
