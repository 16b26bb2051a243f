//! A crowd that asks at once, on all surfaces.

use crate::burst::{Pace, Scene, burst};

/// In this build, which is slow, fewer than in the benchmark.
const EACH: usize = 6;

#[tokio::test(flavor = "multi_thread")]
async fn three_hundred_questions_at_once_are_answered_or_told_busy_once_each() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::start(folder.path()).await.unwrap();
    let burst = burst(&scene, EACH, Pace::AllAtOnce).await.unwrap();
    assert_eq!(burst.lost, 0);
    assert_eq!(burst.answered.len(), 50 * EACH);
    // All may wait here.
    assert_eq!(burst.busy, 0);
    assert!(scene.discord.pinged_anybody().is_empty());
}
