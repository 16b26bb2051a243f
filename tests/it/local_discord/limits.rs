//! What Discord counts: messages in a channel, and commands in a day.

use std::time::Duration;

use serde_json::json;

use super::bot::TOKEN;
use super::{Scene, plain};

impl Scene {
    async fn post(&self, text: &str) -> plain::Answer {
        let path = format!("/channels/{}/messages", self.general);
        plain::request(&self.discord.origin(), TOKEN, "POST", &path, &json!({ "content": text })).await
    }
}

#[tokio::test]
async fn a_load_test_can_lift_the_limit_of_a_channel() {
    let scene = Scene::new().await;
    scene.discord.message_bucket(20, Duration::from_secs(1));
    for n in 0..20 {
        assert_eq!(scene.post(&n.to_string()).await.status, 200);
    }
    assert_eq!(scene.post("one too many").await.status, 429);
    scene.discord.advance(Duration::from_secs(1));
    assert_eq!(scene.post("in the next second").await.status, 200);
}
