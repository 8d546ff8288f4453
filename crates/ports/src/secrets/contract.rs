//! What every [`Secrets`] keeps, run by each adapter's tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use super::{Secret, Secrets};

/// `open` opens the same store anew, as another process would.
pub async fn all(open: impl Fn() -> Arc<dyn Secrets>) {
    let store = open();
    assert_eq!(store.get("contract.none").await.unwrap(), None);
    store.put("contract.a", &Secret::new(vec![1, 2, 3])).await.unwrap();
    store.put("contract.a", &Secret::new(vec![0, 255])).await.unwrap();
    assert_eq!(store.get("contract.a").await.unwrap().unwrap().expose(), [0, 255]);
    assert_eq!(open().get("contract.a").await.unwrap().unwrap().expose(), [0, 255]);

    let mut tasks = Vec::new();
    for _ in 0..10 {
        let store = open();
        tasks.push(tokio::spawn(async move { store.get_or_create("contract.made", 32).await.unwrap() }));
    }
    let mut made = Vec::new();
    for task in tasks {
        made.push(task.await.unwrap());
    }
    assert_eq!(made[0].expose().len(), 32);
    assert!(made.iter().all(|secret| *secret == made[0]), "every caller gets the same one");
    assert!(made[0].expose().iter().any(|byte| *byte != 0));
    assert!(!format!("{:?}", Secret::new(b"hunter2".to_vec())).contains("hunter2"));
    // The others are still there.
    assert_eq!(open().get("contract.a").await.unwrap().unwrap().expose(), [0, 255]);
}
