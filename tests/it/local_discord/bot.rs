//! A plain serenity bot that does one small thing for each thing that the local Discord has to carry.

use std::sync::Arc;
use std::time::Duration;

use serenity::all::*;
use tokio::sync::{Mutex, Semaphore, mpsc};

pub const TOKEN: &str = "probe.token.secret";
const SOON: Duration = Duration::from_secs(20);

/// The REST side alone.
pub fn http(origin: &str, token: &str) -> Http {
    // serenity ignores the proxy while its own rate limiter is on.
    HttpBuilder::new(token).proxy(origin).ratelimiter_disabled(true).build()
}

/// Status and Discord's own code.
pub fn code(error: &Error) -> (u16, isize) {
    match error {
        Error::Http(HttpError::UnsuccessfulRequest(response)) => {
            (response.status_code.as_u16(), response.error.code)
        }
        other => panic!("no answer of Discord: {other}"),
    }
}

/// How starting ends, for a bot that is refused.
pub async fn outcome(origin: &str, token: &str, intents: GatewayIntents) -> String {
    let mut client = ClientBuilder::new_with_http(http(origin, token), intents).await.unwrap();
    let ended = tokio::time::timeout(SOON, client.start()).await;
    format!("{:?}", ended.unwrap().unwrap_err())
}

/// The bot while it runs; it ends with the test.
pub struct Running {
    news: Mutex<mpsc::UnboundedReceiver<News>>,
    permits: Arc<Semaphore>,
    task: tokio::task::JoinHandle<()>,
}

#[derive(Debug, PartialEq)]
enum News {
    Ready,
    Resumed,
    Heard(String),
    Asked(String),
    Failed(u16, isize),
    Guild(&'static str),
    /// An edit or a deletion of a message, with its new text.
    Changed(Option<String>),
    Reacted(String),
}

impl Running {
    pub async fn start(origin: &str, token: &str, intents: GatewayIntents) -> Running {
        let (tell, news) = mpsc::unbounded_channel();
        let permits = Arc::new(Semaphore::new(0));
        let probe = Probe { tell, permits: permits.clone() };
        let builder = ClientBuilder::new_with_http(http(origin, token), intents);
        let mut client = builder.event_handler(probe).await.unwrap();
        let task = tokio::spawn(async move { client.start().await.unwrap() });
        Running { news: Mutex::new(news), permits, task }
    }

    /// Lets a handler go on that waits for this.
    pub fn go_on(&self) {
        self.permits.add_permits(1);
    }

    /// Passes over the news until one of them is something.
    async fn next<T>(&self, what: &str, pick: impl Fn(News) -> Option<T>) -> T {
        let mut news = self.news.lock().await;
        let search = async {
            loop {
                if let Some(found) = pick(news.recv().await.unwrap()) {
                    return found;
                }
            }
        };
        tokio::time::timeout(SOON, search).await.unwrap_or_else(|_| panic!("the bot saw no {what}"))
    }

    pub async fn was_ready_times(&self, times: usize) {
        for _ in 0..times {
            self.next("READY", |news| (news == News::Ready).then_some(())).await;
        }
    }

    pub async fn was_resumed(&self) {
        self.next("RESUMED", |news| (news == News::Resumed).then_some(())).await;
    }

    pub async fn was_asked(&self, command: &str) {
        self.next(command, |news| (news == News::Asked(command.into())).then_some(())).await;
    }

    /// The contents of the next messages of people.
    pub async fn heard(&self, count: usize) -> Vec<String> {
        let mut heard = Vec::new();
        for _ in 0..count {
            heard.push(
                self.next("message", |news| if let News::Heard(text) = news { Some(text) } else { None })
                    .await,
            );
        }
        heard
    }

    /// How the next request failed.
    pub async fn error(&self) -> (u16, isize) {
        self.next(
            "error",
            |news| if let News::Failed(status, code) = news { Some((status, code)) } else { None },
        )
        .await
    }

    /// The new text of the next message that is changed; none for one that is deleted.
    pub async fn changed(&self) -> Option<String> {
        self.next("change", |news| if let News::Changed(text) = news { Some(text) } else { None }).await
    }

    pub async fn reaction(&self) -> String {
        self.next("reaction", |news| if let News::Reacted(emoji) = news { Some(emoji) } else { None }).await
    }

    pub async fn guild_event(&self, wanted: &'static str) {
        let found = self.next("guild", |news| if let News::Guild(is) = news { Some(is) } else { None }).await;
        assert_eq!(found, wanted);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Probe {
    tell: mpsc::UnboundedSender<News>,
    permits: Arc<Semaphore>,
}

impl Probe {
    fn tell(&self, news: News) {
        // The test may be over.
        let _ = self.tell.send(news);
    }

    async fn wait_for_permit(&self) {
        self.permits.acquire().await.unwrap().forget();
    }

    fn check<T>(&self, outcome: Result<T>) {
        if let Err(error) = outcome {
            let (status, code) = code(&error);
            self.tell(News::Failed(status, code));
        }
    }

    async fn command(&self, context: &Context, command: CommandInteraction) -> Result<()> {
        self.tell(News::Asked(command.data.name.clone()));
        let text = |text: &str| CreateInteractionResponseMessage::new().content(text);
        let http = &context.http;
        match command.data.name.as_str() {
            "ask" => {
                command.defer(http).await?;
                self.wait_for_permit().await;
                let question = command.data.options[0].value.as_str().unwrap_or_default();
                let answer = EditInteractionResponse::new().content(format!("You asked: {question}"));
                command.edit_response(http, answer).await.map(drop)
            }
            "secret" => {
                command.defer_ephemeral(http).await?;
                command.edit_response(http, EditInteractionResponse::new().content("for you")).await.map(drop)
            }
            "twice" => {
                command.create_response(http, CreateInteractionResponse::Message(text("once"))).await?;
                command.create_response(http, CreateInteractionResponse::Message(text("again"))).await
            }
            "more" => {
                let first = text("first").ephemeral(true);
                command.create_response(http, CreateInteractionResponse::Message(first)).await?;
                let second = CreateInteractionResponseFollowup::new().content("second").ephemeral(true);
                let second = command.create_followup(http, second).await?;
                let third = CreateInteractionResponseFollowup::new().content("third");
                command.edit_followup(http, second.id, third).await?;
                command.delete_response(http).await
            }
            "late" => {
                self.wait_for_permit().await;
                command.create_response(http, CreateInteractionResponse::Message(text("late"))).await
            }
            _ => {
                let quoted = command.data.resolved.messages.values().next();
                let quote = quoted.map_or("nothing".into(), |message| format!("> {}", message.content));
                let quote = text(&quote).ephemeral(true);
                command.create_response(http, CreateInteractionResponse::Message(quote)).await
            }
        }
    }

    async fn component(&self, context: &Context, press: ComponentInteraction) -> Result<()> {
        let update = |text: String| {
            let button = CreateButton::new("press").label("Press").disabled(true);
            let message = CreateInteractionResponseMessage::new().content(text).button(button);
            CreateInteractionResponse::UpdateMessage(message)
        };
        let response = match (&press.data.custom_id[..], &press.data.kind) {
            ("form", _) => {
                let input = CreateInputText::new(InputTextStyle::Short, "Question", "q");
                let modal = CreateModal::new("ask-on", "Ask on");
                CreateInteractionResponse::Modal(modal.components(vec![CreateActionRow::InputText(input)]))
            }
            (_, ComponentInteractionDataKind::StringSelect { values }) => {
                update(format!("chose {}", values[0]))
            }
            _ => update(format!("pressed by {}", press.user.name)),
        };
        press.create_response(&context.http, response).await
    }

    async fn modal(&self, context: &Context, modal: ModalInteraction) -> Result<()> {
        let ActionRowComponent::InputText(input) = &modal.data.components[0].components[0] else {
            panic!("a form has text inputs only");
        };
        let text = format!("submitted: {}", input.value.clone().unwrap_or_default());
        let message = CreateInteractionResponseMessage::new().content(text);
        modal.create_response(&context.http, CreateInteractionResponse::Message(message)).await
    }

    async fn mentioned(&self, context: &Context, message: &Message) -> Result<()> {
        let after_mention = message.content.split_once("> ").map_or("", |(_, rest)| rest);
        let (word, rest) = after_mention.split_once(' ').unwrap_or((after_mention, ""));
        let reply = CreateMessage::new().reference_message(message);
        let reply = match word {
            "echo" => reply.content(rest),
            "quiet" => reply.content(rest).allowed_mentions(CreateAllowedMentions::new()),
            "file" => reply.add_file(CreateAttachment::bytes(b"a,b".as_slice(), "list.csv")),
            "buttons" => {
                let options = ["a", "b"].map(|value| CreateSelectMenuOption::new(value, value));
                let kind = CreateSelectMenuKind::String { options: options.into() };
                reply
                    .content("use these")
                    .button(CreateButton::new("press").label("Press"))
                    .button(CreateButton::new("form").label("Ask on"))
                    .select_menu(CreateSelectMenu::new("which", kind).placeholder("Which?"))
            }
            _ => return Ok(()),
        };
        message.channel_id.send_message(&context.http, reply).await.map(drop)
    }
}

fn commands() -> Vec<CreateCommand> {
    let question = CreateCommandOption::new(CommandOptionType::String, "question", "What to ask");
    vec![
        CreateCommand::new("ask")
            .description("Ask")
            .add_option(question.required(true).set_autocomplete(true).max_length(300)),
        CreateCommand::new("secret").description("For you only"),
        CreateCommand::new("twice").description("Answers twice"),
        CreateCommand::new("more").description("Follows up"),
        CreateCommand::new("late").description("Answers when it is told to"),
        CreateCommand::new("admin")
            .description("For who manages the guild")
            .default_member_permissions(Permissions::MANAGE_GUILD),
        CreateCommand::new("Quote this").kind(CommandType::Message),
    ]
}

/// serenity writes permissions as text, where Discord's description of its API has a number.
fn described(commands: Vec<CreateCommand>) -> serde_json::Value {
    let mut commands = serde_json::to_value(commands).unwrap();
    for command in commands.as_array_mut().into_iter().flatten() {
        let permissions = &mut command["default_member_permissions"];
        *permissions = permissions.as_str().and_then(|text| text.parse::<u64>().ok()).into();
    }
    commands
}

#[async_trait]
impl EventHandler for Probe {
    async fn ready(&self, context: Context, _: Ready) {
        self.check(context.http.create_global_commands(&described(commands())).await);
        self.tell(News::Ready);
    }

    async fn resume(&self, _: Context, _: ResumedEvent) {
        self.tell(News::Resumed);
    }

    async fn guild_create(&self, _: Context, _: Guild, _: Option<bool>) {
        self.tell(News::Guild("there"));
    }

    async fn guild_delete(&self, _: Context, guild: UnavailableGuild, _: Option<Guild>) {
        self.tell(News::Guild(if guild.unavailable { "unavailable" } else { "removed" }));
    }

    async fn message_update(
        &self,
        _: Context,
        _: Option<Message>,
        _: Option<Message>,
        event: MessageUpdateEvent,
    ) {
        self.tell(News::Changed(event.content));
    }

    async fn message_delete(&self, _: Context, _: ChannelId, _: MessageId, _: Option<GuildId>) {
        self.tell(News::Changed(None));
    }

    async fn reaction_add(&self, _: Context, reaction: Reaction) {
        self.tell(News::Reacted(reaction.emoji.to_string()));
    }

    async fn message(&self, context: Context, message: Message) {
        if message.author.bot {
            return;
        }
        self.tell(News::Heard(message.content.clone()));
        self.check(self.mentioned(&context, &message).await);
    }

    async fn interaction_create(&self, context: Context, interaction: Interaction) {
        let outcome = match interaction {
            Interaction::Command(command) => self.command(&context, command).await,
            Interaction::Component(press) => self.component(&context, press).await,
            Interaction::Modal(modal) => self.modal(&context, modal).await,
            Interaction::Autocomplete(typed) => {
                let text = format!("{}?", typed.data.autocomplete().unwrap().value);
                let choices = CreateAutocompleteResponse::new().add_string_choice(text.clone(), text);
                typed.create_response(&context.http, CreateInteractionResponse::Autocomplete(choices)).await
            }
            _ => Ok(()),
        };
        self.check(outcome);
    }
}
