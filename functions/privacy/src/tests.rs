//! What holds for every kind of job.

use super::*;
use async_trait::async_trait;
use plumbline_domain::{GrantId, TeamId};
use plumbline_lambda::QueueError;
use plumbline_store::{
    ExportOf, ExportTask, Job, JobStatus,
    testing::{TestStore, memory_store},
};
use serde_json::json;
use std::{
    fs::File,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

#[derive(Clone, Default)]
struct Queue(Arc<Mutex<Vec<(String, Duration)>>>);

#[async_trait]
impl DelayedSender for Queue {
    async fn send_later(&self, _: &str, body: String, delay: Duration) -> Result<(), QueueError> {
        self.0.lock().unwrap().push((body, delay));
        Ok(())
    }
}

/// SQS is down.
struct NoQueue;

#[async_trait]
impl DelayedSender for NoQueue {
    async fn send_later(&self, _: &str, _: String, _: Duration) -> Result<(), QueueError> {
        Err(QueueError::Service("down".into()))
    }
}

/// No exports here.
struct NoFiles;

#[async_trait]
impl Files for NoFiles {
    async fn put(&self, _: &str, _: File, _: u64) -> anyhow::Result<()> {
        anyhow::bail!("no file is made here")
    }

    async fn delete(&self, _: &str) -> anyhow::Result<()> {
        Ok(())
    }
}

struct Stage {
    store: TestStore,
    app: App,
    queue: Queue,
    now: Arc<AtomicI64>,
    message: LongJobMessage,
}

const START: i64 = 1_793_616_000;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(START + second).unwrap()
}

impl Stage {
    /// A job that waits for its message.
    async fn new() -> Self {
        let (store, queue, now) = (memory_store().await, Queue::default(), Arc::new(AtomicI64::new(START)));
        let (team, id): (TeamId, GrantId) = ("t7".parse().unwrap(), "j1".parse().unwrap());
        let task = Task::Export(ExportTask { of: ExportOf::Team, file: None, removed: false });
        let job = Job::new(team, id, task, None, at(0), None);
        assert!(store.create_job(&job).await.unwrap());
        let clock = {
            let now = now.clone();
            Clock::from_fn(move || Timestamp::from_second(now.load(Ordering::SeqCst)).unwrap())
        };
        let app = App {
            store: store.store.clone(),
            queue: Box::new(queue.clone()),
            files: Box::new(NoFiles),
            scratch: std::env::temp_dir(),
            clock,
        };
        Self { store, app, queue, now, message: job.message() }
    }

    fn advance(&self, seconds: i64) {
        self.now.fetch_add(seconds, Ordering::SeqCst);
    }

    async fn job(&self) -> Job {
        self.store.load_job(&self.message.team_id, &self.message.job_id).await.unwrap().expect("there")
    }

    /// The job's message.
    fn text(&self) -> String {
        serde_json::to_string(&self.message).unwrap()
    }

    /// What was sent since the last time, with its delays.
    fn sent(&self) -> Vec<(String, Duration)> {
        std::mem::take(&mut *self.queue.0.lock().unwrap())
    }

    /// One invocation.
    async fn work(&self, run: impl AsyncFnOnce(&App, &mut Held<'_>) -> Result<Outcome, Stop>) {
        let deadline = self.app.clock.now() + SignedDuration::from_mins(15);
        work_as(&self.app, &self.message, deadline, run).await.unwrap();
    }
}

#[tokio::test]
async fn progress_is_saved_and_renews_the_lease() {
    let stage = Stage::new().await;
    stage
        .work(async |app, held| {
            assert_eq!(held.time_left(), SignedDuration::from_mins(15));
            held.progress("reviews", 1, Some(9)).await?;
            assert_eq!(stage.job().await.progress.done, 1, "a new step is saved at once");
            held.progress("reviews", 2, Some(9)).await?;
            assert_eq!(stage.job().await.progress.done, 1, "every single one is not");
            stage.advance(50);
            held.progress("reviews", 3, Some(9)).await?;
            let job = stage.job().await;
            assert_eq!((job.progress.done, job.lease_until), (3, Some(app.clock.now() + LEASE)));
            Ok(Outcome::Done { expires_at: at(10_000) })
        })
        .await;
    let job = stage.job().await;
    assert_eq!((job.status, job.expires_at, job.due_at), (JobStatus::Done, Some(at(10_000)), None));
    stage.work(async |_, _| panic!("it is over")).await;
}

#[tokio::test]
async fn what_goes_on_goes_on_where_it_was() {
    let stage = Stage::new().await;
    stage
        .work(async |_, held| {
            held.job.position = Some(json!({"after": 7}));
            Ok(Outcome::GoOn)
        })
        .await;
    assert_eq!(stage.sent(), [(stage.text(), Duration::ZERO)]);
    stage
        .work(async |_, held| {
            assert_eq!((held.job.position.clone(), held.job.attempts), (Some(json!({"after": 7})), 1));
            Ok(Outcome::Forget)
        })
        .await;
    assert_eq!(stage.store.load_jobs(&stage.message.team_id).await.unwrap(), []);
}

#[tokio::test]
async fn what_rests_comes_back_by_a_message_to_the_second_or_by_the_schedule_when_that_is_long_after_or_sqs_is_down() {
    let mut stage = Stage::new().await;
    stage.work(async |_, _| Ok(Outcome::Rest { until: at(120) })).await;
    assert_eq!(stage.sent(), [(stage.text(), Duration::from_mins(2))]);
    stage.work(async |_, _| panic!("it rests")).await;
    stage.advance(120);
    stage.work(async |_, _| Ok(Outcome::Rest { until: at(10_000) })).await;
    assert_eq!((stage.sent(), stage.job().await.due_at), (Vec::new(), Some(at(10_000))));
    stage.advance(9_880);
    stage.app.queue = Box::new(NoQueue);
    stage.work(async |_, _| Ok(Outcome::Rest { until: at(10_060) })).await;
    let job = stage.job().await;
    assert_eq!((job.status, job.due_at), (JobStatus::Waiting, Some(at(10_060))));
}

#[tokio::test]
async fn a_killed_job_is_taken_again_when_its_lease_ends_and_given_up_after_five_attempts() {
    let stage = Stage::new().await;
    for attempt in 1..=5 {
        // Taken, and nothing more: what a kill leaves behind.
        let LongJobMessage { team_id, job_id } = &stage.message;
        let taken = stage.store.take_job(team_id, job_id, stage.app.clock.now(), LEASE).await.unwrap();
        assert_eq!(taken.map(|job| job.attempts), Some(attempt));
        stage.work(async |_, _| panic!("somebody works on it")).await;
        stage.advance(60);
    }
    stage.work(async |_, _| panic!("it is given up")).await;
    let job = stage.job().await;
    assert_eq!((job.status, job.due_at), (JobStatus::Failed, None));
    let said = "Given up after 5 attempts: each time its process was ended before it was done";
    assert_eq!(job.error.as_deref(), Some(said));
}

#[tokio::test]
async fn a_failure_is_tried_again_later_and_later_and_told_in_the_end() {
    let stage = Stage::new().await;
    for pause in [30, 60, 120, 240] {
        stage.work(async |_, _| Err(Stop::Retry(anyhow::anyhow!("S3 does not answer").context("uploading")))).await;
        let job = stage.job().await;
        assert_eq!((job.status, job.error.as_deref()), (JobStatus::Queued, Some("uploading: S3 does not answer")));
        assert_eq!(job.due_at, Some(stage.app.clock.now() + SignedDuration::from_secs(pause)));
        assert_eq!(stage.sent(), [(stage.text(), Duration::from_secs(u64::try_from(pause).unwrap()))]);
        stage.advance(pause);
    }
    stage.work(async |_, _| Err(Stop::Retry(anyhow::anyhow!("S3 does not answer")))).await;
    let job = stage.job().await;
    assert_eq!(job.status, JobStatus::Failed);
    assert_eq!(job.error.as_deref(), Some("Given up after 5 attempts: S3 does not answer"));
    assert_eq!(job.expires_at, Some(stage.app.clock.now() + KEPT));
}

#[tokio::test]
async fn what_cannot_get_better_fails_at_once() {
    let stage = Stage::new().await;
    stage.work(async |_, _| Err(Stop::Final("The person is not in the team any more.".into()))).await;
    let job = stage.job().await;
    assert_eq!((job.status, job.attempts), (JobStatus::Failed, 1));
    assert_eq!(job.error.as_deref(), Some("The person is not in the team any more."));
}

#[tokio::test]
async fn who_lost_the_job_stops_and_saves_nothing() {
    let stage = Stage::new().await;
    let LongJobMessage { team_id, job_id } = &stage.message;
    stage
        .work(async |_, held| {
            stage.store.cancel_job(team_id, job_id, at(5), None).await.unwrap().expect("cancelled");
            held.progress("reviews", 1, None).await?;
            panic!("the job is not held any more");
        })
        .await;
    assert_eq!(stage.job().await.status, JobStatus::Cancelled);
}

#[tokio::test]
async fn a_call_is_dropped_when_its_lease_is_lost() {
    let stage = Stage::new().await;
    let LongJobMessage { team_id, job_id } = &stage.message;
    stage
        .work(async |_, held| {
            assert_eq!(held.during("counting", &AtomicU64::new(3), async { 7 }).await?, 7);
            stage.store.cancel_job(team_id, job_id, at(5), None).await.unwrap().expect("cancelled");
            tokio::time::pause();
            let dropped = held.during("waiting", &AtomicU64::new(0), std::future::pending::<()>()).await;
            tokio::time::resume();
            assert!(matches!(dropped, Err(Stop::Lost)));
            Err(Stop::Lost)
        })
        .await;
}
