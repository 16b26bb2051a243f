//! What cannot be done, in words for the page to show.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::local_discord::{CannotDo, NotSeen};

#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    why: String,
}

impl Refusal {
    pub fn unknown(why: &str) -> Refusal {
        Refusal { status: StatusCode::NOT_FOUND, why: why.to_owned() }
    }

    /// The page asked for something that cannot be.
    pub fn wrong(why: impl ToString) -> Refusal {
        Refusal { status: StatusCode::BAD_REQUEST, why: why.to_string() }
    }

    /// From elsewhere than the page.
    pub fn foreign(why: &str) -> Refusal {
        Refusal { status: StatusCode::FORBIDDEN, why: why.to_owned() }
    }

    /// Something of ours is broken.
    pub fn failed(why: impl ToString) -> Refusal {
        Refusal { status: StatusCode::INTERNAL_SERVER_ERROR, why: why.to_string() }
    }
}

impl From<CannotDo> for Refusal {
    fn from(cannot: CannotDo) -> Refusal {
        Refusal { status: StatusCode::CONFLICT, why: cannot.to_string() }
    }
}

impl From<NotSeen> for Refusal {
    fn from(not_seen: NotSeen) -> Refusal {
        let why = format!("{} did not come within {:?}", not_seen.what, not_seen.limit);
        Refusal { status: StatusCode::GATEWAY_TIMEOUT, why }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "error": self.why }))).into_response()
    }
}
