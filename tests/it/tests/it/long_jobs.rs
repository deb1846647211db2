//! Long jobs whose message or process is lost.

use crate::{
    vendor,
    world::{World, at},
};
use jiff::SignedDuration;
use plumbline_domain::GrantId;
use plumbline_privacy::LEASE;
use plumbline_store::{ExportOf, ExportTask, Job, JobStatus, Task};
use plumbline_vendors::github::State;

async fn world_with_a_job() -> (World, GrantId) {
    let world = World::new(State::new("acme", vendor::now())).await;
    let id: GrantId = "j1".parse().unwrap();
    let task = Task::Export(ExportTask { of: ExportOf::Team, file: None, removed: false });
    let job = Job::new(world.team.clone(), id.clone(), task, None, world.clock.now(), None);
    assert!(world.db.create_job(&job).await.unwrap());
    (world, id)
}

async fn status(world: &World, id: &GrantId) -> JobStatus {
    world.db.load_job(&world.team, id).await.unwrap().expect("there").status
}

#[tokio::test]
async fn a_lost_message_is_sent_again_within_two_minutes() {
    let (world, id) = world_with_a_job().await;
    world.minute_of_long_jobs().await;
    world.minute_of_long_jobs().await;
    assert!(!status(&world, &id).await.is_open());
}

#[tokio::test]
async fn a_killed_process_is_replaced_within_two_minutes() {
    let (world, id) = world_with_a_job().await;
    let taken = world.db.take_job(&world.team, &id, world.clock.now(), LEASE).await.unwrap().expect("taken");
    world.move_to(world.clock.now() + SignedDuration::from_secs(10));
    assert_eq!(status(&world, &id).await, JobStatus::Running);
    world.minute_of_long_jobs().await;
    world.minute_of_long_jobs().await;
    assert!(!status(&world, &id).await.is_open());
    assert!(!world.db.save_job(&taken, at("2030-01-01T00:00:00Z"), LEASE).await.unwrap(), "it came back too late");
}
