//! What Discord answers when it does not do what was asked: a status and its own JSON code.

use serde_json::{Map, Value, json};

#[derive(Debug)]
pub struct Refusal {
    pub status: u16,
    pub body: Value,
}

/// A status, Discord's JSON code, and what it says with it.
pub type Code = (u16, u32, &'static str);

pub const UNAUTHORIZED: Code = (401, 0, "401: Unauthorized");
pub const NO_SUCH_ROUTE: Code = (404, 0, "404: Not Found");
pub const UNKNOWN_CHANNEL: Code = (404, 10003, "Unknown Channel");
pub const UNKNOWN_GUILD: Code = (404, 10004, "Unknown Guild");
pub const UNKNOWN_MEMBER: Code = (404, 10007, "Unknown Member");
pub const UNKNOWN_MESSAGE: Code = (404, 10008, "Unknown Message");
pub const UNKNOWN_USER: Code = (404, 10013, "Unknown User");
pub const UNKNOWN_WEBHOOK: Code = (404, 10015, "Unknown Webhook");
pub const UNKNOWN_INTERACTION: Code = (404, 10062, "Unknown interaction");
pub const UNKNOWN_COMMAND: Code = (404, 10063, "Unknown application command");
pub const TOO_MANY_COMMANDS_TODAY: Code =
    (400, 30034, "Max number of daily application command creates has been reached (200)");
pub const ALREADY_ACKNOWLEDGED: Code = (400, 40060, "Interaction has already been acknowledged.");
pub const MISSING_ACCESS: Code = (403, 50001, "Missing Access");
pub const NOT_THE_AUTHOR: Code = (403, 50005, "Cannot edit a message authored by another user");
pub const EMPTY_MESSAGE: Code = (400, 50006, "Cannot send an empty message");
pub const CANNOT_MESSAGE_THIS_USER: Code = (403, 50007, "Cannot send messages to this user");
pub const MISSING_PERMISSIONS: Code = (403, 50013, "Missing Permissions");
pub const INVALID_WEBHOOK_TOKEN: Code = (401, 50027, "Invalid Webhook Token");
pub const THREAD_IS_ARCHIVED: Code = (400, 50083, "Thread is archived");
pub const INVALID_JSON: Code = (400, 50109, "The request body contains invalid JSON.");
pub const NO_REPLY_WITHOUT_HISTORY: Code =
    (400, 160_002, "You cannot reply without permission to read message history");
pub const THREAD_IS_LOCKED: Code = (400, 160_005, "Thread is locked");

impl From<Code> for Refusal {
    fn from((status, code, message): Code) -> Refusal {
        Refusal { status, body: json!({ "code": code, "message": message }) }
    }
}

impl Refusal {
    pub fn rate_limited(seconds: f64) -> Refusal {
        let body =
            json!({ "message": "You are being rate limited.", "retry_after": seconds, "global": false });
        Refusal { status: 429, body }
    }

    /// "Invalid Form Body": each fault under the path of its field.
    pub fn form(faults: &[FormFault]) -> Refusal {
        let mut errors = Value::Object(Map::new());
        for fault in faults {
            let mut place = &mut errors;
            for step in fault.path.split('.') {
                // Indexing an object by a new key puts null there, and null becomes an object in turn.
                place = &mut place[step];
            }
            let told = json!({ "code": fault.code, "message": fault.message });
            match &mut place["_errors"] {
                Value::Array(others) => others.push(told),
                none => *none = json!([told]),
            }
        }
        let body = json!({ "code": 50035, "message": "Invalid Form Body", "errors": errors });
        Refusal { status: 400, body }
    }
}

/// One field that is not as it must be.
#[derive(Debug)]
pub struct FormFault {
    /// Steps into the body, with dots between them.
    pub path: String,
    pub code: &'static str,
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_faults_of_a_form_stand_under_their_fields() {
        let fault = |path: &str| FormFault { path: path.into(), code: "C", message: "m".into() };
        let refusal = Refusal::form(&[fault("embeds.0.title"), fault("content"), fault("content")]);
        assert_eq!(refusal.body["errors"]["embeds"]["0"]["title"]["_errors"][0]["code"], "C");
        assert_eq!(refusal.body["errors"]["content"]["_errors"].as_array().unwrap().len(), 2);
    }
}
