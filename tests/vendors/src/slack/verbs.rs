//! What a test does with a running Slack: people act, messages are looked at, requests are delivered.
//!
//! Whoever clicks gets the signed request that Slack would send. It goes nowhere by itself: the test hands it to the
//! app's handler, twice, late or in another order, or has it delivered ([`Server::deliver`]) to the app's address.

use super::{Button, Ephemeral, Message, Refused, Signed, State, Surface, View, bot_user, signed::payload_form};
use crate::service::Server;
use serde_json::Value;

/// # Panics
/// The verbs panic where nobody could do such a thing: there is no such user, message or button.
impl Server<State> {
    fn act(&self, act: impl FnOnce(&mut State, &str) -> Result<Signed, Refused>) -> Signed {
        let secret = self.knobs().signing_secret;
        self.state(|state| act(state, &secret)).unwrap_or_else(|refused| panic!("{refused}"))
    }

    /// Clicks a button of a message, ephemeral or not, by its `ts`. Nobody asks whether the user can see the message:
    /// a click by somebody who was not asked is a test, too.
    pub fn click(&self, user: &str, message: &str, button: impl Into<Button>) -> Signed {
        let button = button.into();
        self.act(|state, secret| state.click(user, message, &button, secret))
    }

    /// Clicks a button of the app's home, or of the modal that is open.
    pub fn click_home(&self, user: &str, button: impl Into<Button>) -> Signed {
        let button = button.into();
        self.act(|state, secret| state.click_view(user, &button, secret))
    }

    /// A click whose payload was changed and signed all the same: what a button says is not to be believed.
    pub fn forge(&self, click: &Signed, change: impl FnOnce(&mut Value)) -> Signed {
        assert_eq!(click.surface, Surface::Interactions, "only clicks have a payload");
        let mut payload = click.payload();
        change(&mut payload);
        let mut forged = click.clone();
        forged.body = payload_form(&payload);
        forged.signed_again(&self.knobs().signing_secret, self.state(|state| state.clock.now()))
    }

    /// Types `/plumbline` and this text in the conversation with the app.
    pub fn command(&self, user: &str, text: &str) -> Signed {
        self.act(|state, secret| state.command(user, text, None, secret))
    }

    /// The same in a channel.
    pub fn command_in(&self, user: &str, channel: &str, text: &str) -> Signed {
        self.act(|state, secret| state.command(user, text, Some(channel), secret))
    }

    /// Opens the app's home.
    pub fn open_home(&self, user: &str) -> Signed {
        self.act(|state, secret| state.open_home(user, secret))
    }

    /// Removes the app from the workspace: its tokens end at once, and two events tell of it.
    pub fn uninstall(&self) -> Vec<Signed> {
        let secret = self.knobs().signing_secret;
        self.state(|state| state.uninstall(&secret))
    }

    /// Asks the address for events for its challenge.
    pub fn verify_url(&self) -> Signed {
        self.act(|state, secret| Ok(state.url_verification(secret)))
    }

    /// The app's messages, in the order in which they were sent.
    pub fn messages(&self) -> Vec<Message> {
        self.state(|state| state.workspace.messages.iter().filter(|message| message.by_app()).cloned().collect())
    }

    /// The app's messages to one person, replies in threads included, in the order in which they were sent.
    pub fn direct_messages(&self, user: &str) -> Vec<Message> {
        let id = self.state(|state| state.workspace.direct(user).map(|channel| channel.id.clone()));
        self.messages().into_iter().filter(|message| Some(&message.channel) == id.as_ref()).collect()
    }

    /// The replies in the thread of a message.
    pub fn thread(&self, message: &str) -> Vec<Message> {
        self.messages().into_iter().filter(|reply| reply.thread_ts.as_deref() == Some(message)).collect()
    }

    /// What only this person sees in channels and direct messages, in the order in which it was sent.
    pub fn ephemerals(&self, user: &str) -> Vec<Ephemeral> {
        self.state(|state| state.workspace.ephemerals.iter().filter(|message| message.to == user).cloned().collect())
    }

    /// The app's home of a person, once the app published it.
    pub fn home(&self, user: &str) -> Option<View> {
        self.state(|state| state.workspace.homes.get(user).cloned())
    }

    /// The id of a channel by its name.
    pub fn channel(&self, name: &str) -> String {
        self.state(|state| state.channel_id(name))
    }

    /// The id of the user with this handle.
    pub fn user(&self, handle: &str) -> String {
        let found =
            self.state(|state| state.users.iter().find(|user| user.handle == handle).map(|user| user.id.clone()));
        found.unwrap_or_else(|| panic!("no user {handle}"))
    }

    /// Somebody writes in a channel: a message that is not the app's. Its `ts`.
    pub fn say(&self, user: &str, channel: &str, text: &str) -> String {
        assert_ne!(user, bot_user(), "the app writes by its token");
        self.state(|state| {
            let now = state.clock.now();
            let message = Message {
                channel: channel.into(),
                ts: String::new(),
                user: user.into(),
                text: text.into(),
                blocks: Vec::new(),
                thread_ts: None,
                metadata: None,
                edits: 0,
            };
            state.add(message, now).ts
        })
    }

    /// Slack is down: every call is answered with 503; or it is up again.
    pub fn down(&self, down: bool) {
        self.settings(|settings| settings.knobs.down = down);
    }

    /// Sends a request to the app's address (`Knobs::app`), and what is due with it; what became of each. An event that
    /// fails is sent again at once, and is due again after one minute and after five more ([`Server::flush`]).
    pub async fn deliver(&self, signed: &Signed) -> Vec<Value> {
        let knobs = self.knobs();
        self.state(|state| state.send(signed.clone(), &knobs)).unwrap_or_else(|refused| panic!("{refused}"));
        self.flush().await
    }
}
