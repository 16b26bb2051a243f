//! Commands, menus, buttons, selects and forms: everything that becomes an interaction.

use serde_json::{Value, json};

use super::super::permissions::{ADMINISTRATOR, USE_APPLICATION_COMMANDS, VIEW_CHANNEL};
use super::super::world::{Command, Id, Interaction, InteractionKind, Place, Response, Upload, World};
use super::super::{events, payload};
use super::{CannotDo, Person};

const SLASH: u64 = CommandKind::Slash as u64;
const MESSAGE_MENU: u64 = CommandKind::MessageMenu as u64;
const BUTTON: u64 = 2;
const SELECT: u64 = 3;
const LINK_STYLE: u64 = 5;
/// Of options.
const ATTACHMENT: u64 = 11;
const IN_GUILDS: u64 = 0;
const IN_DIRECT_CHANNELS: u64 = 1;

/// Where people find a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CommandKind {
    Slash = 1,
    MessageMenu = 3,
}

/// An interaction before it is one.
struct Attempt {
    kind: InteractionKind,
    application: Id,
    channel: Id,
    called: String,
    on: Option<Id>,
    opened_by: Option<Id>,
    data: Value,
}

impl Person {
    /// Sends a slash command, `command` being all its words: `ask`, or `passim sources`.
    pub fn invoke(&self, channel: Id, command: &str, options: &[(&str, Value)]) -> Result<Id, CannotDo> {
        let (kind, focused) = (InteractionKind::Command, None);
        self.slash(channel, command, options, kind, focused)
    }

    /// Uploads a file for a command: the option that takes one has the id, as text, for its value.
    pub fn attach(&self, name: &str, bytes: &[u8]) -> Result<Id, CannotDo> {
        self.shared.act(|world| {
            if bytes.len() > payload::LARGEST_FILE {
                return Err(self.cannot(world, "attach a file", "it is larger than 10 MiB"));
            }
            let id = world.new_id();
            let (name, bytes, announced) = (name.to_owned(), bytes.to_vec(), bytes.len() as u64);
            world.uploads.insert(id, Upload { by: self.id, name, bytes, announced, elsewhere: None });
            Ok(id)
        })
    }

    /// The files that options name, as Discord sends them along.
    fn attached(&self, world: &World, application: Id, options: &[Value]) -> Result<Value, String> {
        let mut attachments = json!({});
        let inner = options.iter().flat_map(|option| option["options"].as_array().into_iter().flatten());
        for option in options.iter().chain(inner).filter(|option| option["type"] == ATTACHMENT) {
            let id = option["value"].as_str().unwrap_or_default();
            let own =
                id.parse().ok().filter(|id| world.uploads.get(id).is_some_and(|file| file.by == self.id));
            let upload = own.and_then(|id| payload::upload(world, application, id));
            attachments[id] = upload.ok_or(format!("they have attached no file '{id}'"))?;
        }
        Ok(json!({ "attachments": attachments }))
    }

    /// Types into the option `focused`, which asks for completions.
    pub fn autocomplete(
        &self,
        channel: Id,
        command: &str,
        options: &[(&str, Value)],
        focused: &str,
    ) -> Result<Id, CannotDo> {
        self.slash(channel, command, options, InteractionKind::Autocomplete, Some(focused))
    }

    fn slash(
        &self,
        channel: Id,
        command: &str,
        options: &[(&str, Value)],
        kind: InteractionKind,
        focused: Option<&str>,
    ) -> Result<Id, CannotDo> {
        self.shared.act(|world| {
            let called = format!("/{command}");
            let mut words = command.split(' ');
            let first = words.next().unwrap_or_default();
            let found = self.command(world, channel, SLASH, first)?;
            let filled =
                fill(&found.body, words, options, focused).map_err(|why| self.cannot(world, &called, why))?;
            let application = found.application;
            let resolved =
                self.attached(world, application, &filled).map_err(|why| self.cannot(world, &called, why))?;
            let data = json!({
                "id": found.id.to_string(), "name": first, "type": SLASH, "options": filled,
                "resolved": resolved,
            });
            let attempt = Attempt { kind, application, channel, called, on: None, opened_by: None, data };
            Ok(self.interact(world, attempt))
        })
    }

    /// Chooses a command in a message's menu.
    pub fn use_menu(&self, message: Id, name: &str) -> Result<Id, CannotDo> {
        self.shared.act(|world| {
            let target = self.visible(world, message, name)?;
            let channel = target.channel;
            let resolved = json!({ "messages": { message.to_string(): payload::message(world, target) } });
            let found = self.command(world, channel, MESSAGE_MENU, name)?;
            let data = json!({
                "id": found.id.to_string(), "name": name, "type": MESSAGE_MENU,
                "target_id": message.to_string(), "resolved": resolved,
            });
            let (kind, application, called) = (InteractionKind::Command, found.application, name.to_owned());
            let attempt = Attempt { kind, application, channel, called, on: None, opened_by: None, data };
            Ok(self.interact(world, attempt))
        })
    }

    /// Presses a button, by its label or its custom id.
    pub fn press(&self, message: Id, button: &str) -> Result<Id, CannotDo> {
        self.shared.act(|world| {
            let is_named =
                |component: &Value| component["label"] == button || component["custom_id"] == button;
            let is_button = |component: &Value| component["type"] == BUTTON && is_named(component);
            let found = self.component(world, message, button, is_button)?;
            if found["style"] == LINK_STYLE {
                return Err(self.cannot(world, button, "it is a link"));
            }
            let data = json!({ "component_type": BUTTON, "custom_id": found["custom_id"] });
            self.use_component(world, message, button, data)
        })
    }

    /// Sends a press that no button of the message stands for, as a client of somebody's own making could. The
    /// message need not be one that they see.
    pub fn press_forged(&self, message: Id, custom_id: &str) -> Result<Id, CannotDo> {
        self.forge(message, custom_id, json!({ "component_type": BUTTON, "custom_id": custom_id }))
    }

    /// The same with a select, and with values that it may not offer.
    pub fn choose_forged(&self, message: Id, custom_id: &str, values: &[&str]) -> Result<Id, CannotDo> {
        let data = json!({ "component_type": SELECT, "custom_id": custom_id, "values": values });
        self.forge(message, custom_id, data)
    }

    fn forge(&self, message: Id, custom_id: &str, data: Value) -> Result<Id, CannotDo> {
        self.shared.act(|world| {
            let channel = world.channel_of(message).unwrap_or_default();
            let Some(found) = world.message(channel, message) else {
                return Err(self.cannot(world, custom_id, "there is no such message"));
            };
            let attempt = Attempt {
                kind: InteractionKind::Component,
                application: found.author,
                channel,
                called: custom_id.to_owned(),
                on: Some(message),
                opened_by: None,
                data,
            };
            Ok(self.interact(world, attempt))
        })
    }

    /// Chooses values in a select, by its custom id or its placeholder.
    pub fn choose(&self, message: Id, select: &str, values: &[&str]) -> Result<Id, CannotDo> {
        self.shared.act(|world| {
            let is_named =
                |component: &Value| component["custom_id"] == select || component["placeholder"] == select;
            let is_select = |component: &Value| component["type"] == SELECT && is_named(component);
            let found = self.component(world, message, select, is_select)?;
            let offered = |value: &&str| {
                found["options"].as_array().into_iter().flatten().any(|option| option["value"] == **value)
            };
            let least = found["min_values"].as_u64().unwrap_or(1);
            let most = found["max_values"].as_u64().unwrap_or(1);
            if !(least..=most).contains(&(values.len() as u64)) || !values.iter().all(offered) {
                return Err(self.cannot(world, select, format!("{values:?} cannot be chosen in {found}")));
            }
            let data = json!({ "component_type": SELECT, "custom_id": found["custom_id"], "values": values });
            self.use_component(world, message, select, data)
        })
    }

    /// Fills in the form that an interaction was answered with, and sends it.
    pub fn submit(&self, opened_by: Id, fields: &[(&str, &str)]) -> Result<Id, CannotDo> {
        self.shared.act(|world| {
            let opener = world.interactions.get_mut(&opened_by).filter(|opener| opener.by == self.id);
            let Some(Interaction { response: Some(Response::Modal { form, is_submitted }), .. }) = opener
            else {
                return Err(self.cannot(world, "send a form", "none is open"));
            };
            if *is_submitted {
                return Err(self.cannot(world, "send a form", "it was sent before"));
            }
            let form = form.clone();
            let rows = fill_form(&form, fields).map_err(|why| self.cannot(world, "send a form", why))?;
            let Some(opener) = world.interactions.get_mut(&opened_by) else { return Ok(0) };
            opener.response = Some(Response::Modal { form: form.clone(), is_submitted: true });
            let attempt = Attempt {
                kind: InteractionKind::Modal,
                application: opener.application,
                channel: opener.channel,
                called: form["title"].as_str().unwrap_or_default().to_owned(),
                on: opener.on,
                opened_by: Some(opened_by),
                data: json!({ "custom_id": form["custom_id"], "components": rows }),
            };
            Ok(self.interact(world, attempt))
        })
    }

    /// The commands of a kind that Discord shows this person in this channel, as they were registered.
    pub fn commands(&self, channel: Id, kind: CommandKind) -> Vec<Value> {
        self.shared.read(|world| {
            let is_in_guild = world.guild_of(channel).is_some();
            let is_shown = |command: &&Command| {
                command.body["type"] == kind as u64
                    && command.guild.is_none_or(|of| Some(of) == world.guild_of(channel))
                    && is_present(world, command.application, channel)
                    && is_for(&command.body, is_in_guild)
                    && self.may_invoke(world, channel, command).is_ok()
            };
            world.commands.values().filter(is_shown).map(|command| command.body.clone()).collect()
        })
    }

    /// The command of this name, if Discord shows it to this person in this channel. A guild's own goes first.
    fn command<'w>(
        &self,
        world: &'w World,
        channel: Id,
        kind: u64,
        name: &str,
    ) -> Result<&'w Command, CannotDo> {
        let guild = world.guild_of(channel);
        let is_meant = |command: &&Command| {
            command.body["name"] == name
                && command.body["type"] == kind
                && command.guild.is_none_or(|of| Some(of) == guild)
                && is_present(world, command.application, channel)
        };
        let mut found: Vec<&Command> = world.commands.values().filter(is_meant).collect();
        found.sort_by_key(|command| command.guild.is_none());
        let Some(command) = found.first() else {
            return Err(self.cannot(world, name, "no such command is registered here"));
        };
        if !is_for(&command.body, guild.is_some()) {
            return Err(self.cannot(world, name, "the command is not for this kind of channel"));
        }
        self.may_invoke(world, channel, command)?;
        Ok(command)
    }

    fn may_invoke(&self, world: &World, channel: Id, command: &Command) -> Result<(), CannotDo> {
        let name = command.body["name"].as_str().unwrap_or_default();
        self.require(world, channel, VIEW_CHANNEL | USE_APPLICATION_COMMANDS, name)?;
        let Some(needed) = payload::default_member_permissions(&command.body) else { return Ok(()) };
        // None at all means administrators only.
        let needed = if needed == 0 { ADMINISTRATOR } else { needed };
        if world.guild_of(channel).is_none() {
            return Ok(());
        }
        self.require(world, channel, needed, name)
    }

    /// A component that this person can use now.
    fn component<'w>(
        &self,
        world: &'w World,
        message: Id,
        what: &str,
        is_meant: impl Fn(&Value) -> bool,
    ) -> Result<&'w Value, CannotDo> {
        let shown = self.visible(world, message, what)?;
        let rows = shown.body.components.iter().filter_map(|row| row["components"].as_array());
        let Some(found) = rows.flatten().find(|component| is_meant(component)) else {
            return Err(self.cannot(world, what, "the message has nothing of that name"));
        };
        if found["disabled"] == true {
            return Err(self.cannot(world, what, "it is disabled"));
        }
        Ok(found)
    }

    fn use_component(
        &self,
        world: &mut World,
        message: Id,
        called: &str,
        data: Value,
    ) -> Result<Id, CannotDo> {
        let found = self.visible(world, message, called)?;
        let attempt = Attempt {
            kind: InteractionKind::Component,
            application: found.author,
            channel: found.channel,
            called: called.to_owned(),
            on: Some(message),
            opened_by: None,
            data,
        };
        Ok(self.interact(world, attempt))
    }

    fn interact(&self, world: &mut World, attempt: Attempt) -> Id {
        let id = world.new_id();
        let interaction = Interaction {
            id,
            token: format!("token-of-{id}"),
            kind: attempt.kind,
            application: attempt.application,
            by: self.id,
            channel: attempt.channel,
            called: attempt.called,
            on: attempt.on,
            opened_by: attempt.opened_by,
            born: world.now(),
            response: None,
        };
        let event = payload::interaction(world, &interaction, attempt.data);
        world.touched.insert(attempt.channel);
        world.tokens.insert(interaction.token.clone(), id);
        world.interactions.insert(id, interaction);
        events::interaction_created(world, attempt.application, &event);
        id
    }
}

/// Whether the application is where the channel is.
fn is_present(world: &World, application: Id, channel: Id) -> bool {
    match world.channels.get(&channel).map(|found| &found.place) {
        Some(Place::Direct { between }) => between.contains(&application),
        Some(Place::Text { guild, .. } | Place::Thread { guild, .. }) => {
            world.guilds.get(guild).is_some_and(|guild| guild.members.contains_key(&application))
        }
        None => false,
    }
}

fn is_for(command: &Value, is_in_guild: bool) -> bool {
    let place = if is_in_guild { IN_GUILDS } else { IN_DIRECT_CHANNELS };
    command["contexts"].as_array().is_none_or(|contexts| contexts.iter().any(|context| *context == place))
}

/// The options as Discord sends them, down through the subcommands that `words` name.
fn fill<'w>(
    definition: &Value,
    mut words: impl Iterator<Item = &'w str>,
    given: &[(&str, Value)],
    focused: Option<&str>,
) -> Result<Vec<Value>, String> {
    let defined = definition["options"].as_array().map_or(&[][..], Vec::as_slice);
    if let Some(word) = words.next() {
        let is_meant = |option: &&Value| option["name"] == word && is_subcommand(option);
        let inner = defined.iter().find(is_meant).ok_or(format!("it has no subcommand '{word}'"))?;
        let filled = fill(inner, words, given, focused)?;
        return Ok(vec![json!({ "name": word, "type": inner["type"], "options": filled })]);
    }
    if defined.iter().any(is_subcommand) {
        return Err("it can only be used with a subcommand".to_owned());
    }
    let is_given = |option: &Value| given.iter().any(|(name, _)| option["name"] == *name);
    let missing = defined.iter().find(|option| option["required"] == true && !is_given(option));
    if let Some(missing) = missing.filter(|_| focused.is_none()) {
        return Err(format!("the option {} is required", missing["name"]));
    }
    given.iter().map(|(name, value)| fill_option(defined, name, value, focused)).collect()
}

fn is_subcommand(option: &Value) -> bool {
    option["type"] == 1 || option["type"] == 2
}

fn fill_option(defined: &[Value], name: &str, value: &Value, focused: Option<&str>) -> Result<Value, String> {
    let found = defined.iter().find(|option| option["name"] == name);
    let option = found.ok_or(format!("it has no option '{name}'"))?;
    let length = value.as_str().map_or(0, |text| text.chars().count() as u64);
    if option["max_length"].as_u64().is_some_and(|most| length > most) {
        return Err(format!("the option '{name}' is too long"));
    }
    let mut filled = json!({ "name": name, "type": option["type"], "value": value });
    if focused == Some(name) {
        if option["autocomplete"] != true {
            return Err(format!("the option '{name}' completes nothing"));
        }
        filled["focused"] = json!(true);
    }
    Ok(filled)
}

/// The rows of a form with what was typed; what was not touched keeps the text that the form came with.
fn fill_form(form: &Value, fields: &[(&str, &str)]) -> Result<Vec<Value>, String> {
    let inputs = form["components"].as_array().into_iter().flatten().map(|row| &row["components"][0]);
    let inputs: Vec<&Value> = inputs.collect();
    let is_there = |name: &str| inputs.iter().any(|input| input["custom_id"] == name);
    if let Some((name, _)) = fields.iter().find(|(name, _)| !is_there(name)) {
        return Err(format!("it has no field '{name}'"));
    }
    inputs.into_iter().map(|input| fill_input(input, fields)).collect()
}

fn fill_input(input: &Value, fields: &[(&str, &str)]) -> Result<Value, String> {
    let typed = fields.iter().find(|(name, _)| input["custom_id"] == *name).map(|(_, text)| *text);
    let text = typed.or(input["value"].as_str()).unwrap_or_default();
    let length = text.chars().count() as u64;
    if length == 0 && input["required"] != false {
        return Err(format!("the field {} is required", input["custom_id"]));
    }
    if length > input["max_length"].as_u64().unwrap_or(4000) {
        return Err(format!("the field {} is too long", input["custom_id"]));
    }
    let filled = json!({ "type": 4, "custom_id": input["custom_id"], "value": text });
    Ok(json!({ "type": 1, "components": [filled] }))
}
