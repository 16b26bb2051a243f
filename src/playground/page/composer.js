// What people write: messages with completed names, commands with their options, and the forms that the bot opens.
// Whatever fails is said in words, and what was typed stays.

import { button, element } from "./message.js";

const $ = (id) => document.getElementById(id);
const TYPING_PAUSE_MS = 80;

/// `send` does it: say, edit, invoke, complete, attach. `complain` shows what went wrong.
export function createComposer(send, complain) {
  const text = $("text");
  const messageForm = $("message-form");
  const commandForm = $("command-form");
  const suggestions = createSuggestions($("suggestions"));
  const drafts = new Map();
  let names = [];
  let commands = [];
  let channel = null;
  /// What the message is about: null, or a message with `is` "reply" or "edit".
  let about = null;
  /// The command whose form is open, with its fields.
  let opened = null;

  function enter(place, name) {
    leaveCommand(typedCommand());
    leaveContext();
    if (channel !== null) drafts.set(channel, text.value);
    names = [...place.people, place.bot].map((person) => person.name);
    channel = `${place.person} ${name}`;
    commands = [];
    text.placeholder = `Message ${name}`;
    write(drafts.get(channel) ?? "");
  }

  /// Those of where people are now; whoever was faster than they came types on.
  function setCommands(list) {
    commands = list;
    if (document.activeElement === text && text.value.startsWith("/")) typed();
  }

  function write(value) {
    text.value = value;
    grow(text);
  }

  function fill(value) {
    write(value);
    text.focus();
    typed();
  }

  // Writing

  function typed() {
    grow(text);
    const upToHere = text.value.slice(0, text.selectionStart);
    const named = /(?:^|\s)@([\p{L}\p{N}_-]*)$/u.exec(upToHere);
    if (text.value.startsWith("/") && !about) suggestCommands();
    else if (named) suggestNames(named[1]);
    else suggestions.close();
  }

  function suggestNames(begun) {
    const fitting = names.filter((name) => name.toLowerCase().startsWith(begun.toLowerCase()));
    suggestions.show(text, fitting.map((name) => ({ name: `@${name}`, value: name })), (choice) => {
      const at = text.selectionStart;
      const before = text.value.slice(0, at - begun.length) + choice.value + " ";
      write(before + text.value.slice(at));
      text.setSelectionRange(before.length, before.length);
    }, 0);
  }

  function suggestCommands() {
    const typed = text.value.slice(1);
    const named = commands.find((command) => typed.startsWith(`${command.name} `));
    if (named) return openCommand(named, typed.slice(named.name.length + 1));
    const fitting = commands.filter((command) => command.name.startsWith(typed)).concat(commands.filter((command) => !command.name.startsWith(typed) && command.name.includes(typed)));
    suggestions.show(text, fitting.map((command) => ({ name: `/${command.name}`, description: command.description, value: command })), (choice) => openCommand(choice.value, ""), 0);
  }

  async function sendMessage() {
    const value = text.value;
    if (value.trim() === "") return;
    const named = value.startsWith("/") && !about && value.slice(1).trim();
    if (named) {
      const command = commands.find((command) => command.name === named);
      return command ? openCommand(command, "") : complain(`There is no command /${named.split(/\s/)[0]} here. Type / to see those that there are.`);
    }
    const was = about;
    const replyTo = was?.is === "reply" ? was.message.id : null;
    const ping = $("ping").checked;
    write("");
    leaveContext();
    try {
      if (was?.is === "edit") await send.edit(was.message, value);
      else await send.say(value, replyTo, ping);
    } catch (error) {
      write(text.value === "" ? value : `${value}\n${text.value}`);
      if (was && !about) setContext(was.is, was.message);
      $("ping").checked = ping;
      complain(error.message);
    }
  }

  function setContext(is, message) {
    leaveCommand(text.value);
    about = { is, message };
    $("context").hidden = false;
    $("context-says").textContent = is === "edit" ? "Editing your message" : `Replying to ${message.author.name}`;
    $("ping-switch").hidden = is === "edit";
    $("ping").checked = true;
    if (is === "edit") write(message.source);
    text.focus();
  }

  function leaveContext() {
    if (about?.is === "edit") write("");
    about = null;
    $("context").hidden = true;
  }

  text.addEventListener("input", typed);
  text.addEventListener("blur", () => suggestions.close());
  text.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (suggestions.takesKey(event)) return;
    if (event.key === "Escape" && about) leaveContext();
    else if (event.key === "Enter" && !event.shiftKey) sendMessage();
    else return;
    event.preventDefault();
  });
  messageForm.addEventListener("submit", (event) => {
    event.preventDefault();
    sendMessage();
  });
  $("leave-context").addEventListener("click", () => {
    leaveContext();
    text.focus();
  });

  // Commands

  function openCommand(command, begun) {
    suggestions.close();
    const fields = element("div", { class: "fields" });
    const hints = element("div", { class: "hints" });
    const more = element("div", { class: "more-options", role: "group", "aria-label": "Add an option" });
    const run = element("button", { type: "submit", class: "send" }, "Send");
    const head = element("h2", { class: "command-name", title: command.description ?? "" }, `/${command.name}`);
    commandForm.replaceChildren(element("div", { class: "command-line" }, head, fields, run), more, hints);
    const open = { command, fields: [] };
    opened = open;

    function add(option) {
      const field = createField(open, option);
      open.fields.push(field);
      fields.append(field.node);
      hints.append(field.hint);
      return field;
    }

    for (const option of command.options) {
      if (option.is_required) add(option);
      else more.append(button(`+ ${option.name}`, (event) => {
        event.currentTarget.remove();
        add(option).control.focus();
      }, { title: option.description ?? "" }));
    }
    if (open.fields.length === 0) hints.append(element("p", {}, command.description ?? ""));
    commandForm.onsubmit = (event) => {
      event.preventDefault();
      runCommand(open, run);
    };
    commandForm.onkeydown = (event) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      leaveCommand(typedCommand());
      text.focus();
    };
    write("");
    messageForm.hidden = true;
    commandForm.hidden = false;
    const first = open.fields[0];
    (first?.control ?? run).focus();
    if (first && begun !== "" && first.option.choices.length === 0) {
      first.control.value = begun;
      first.control.dispatchEvent(new Event("input"));
    }
  }

  /// What was typed so far, as people type a command in a line.
  function typedCommand() {
    const first = opened?.fields[0];
    return opened ? `/${opened.command.name} ${first?.option.kind === "file" ? "" : first?.control.value ?? ""}`.trimEnd() : "";
  }

  function leaveCommand(value) {
    if (commandForm.hidden) return;
    suggestions.close();
    opened = null;
    commandForm.hidden = true;
    commandForm.replaceChildren();
    messageForm.hidden = false;
    write(value);
  }

  function createField(open, option) {
    const id = `option-${option.name}`;
    const hint = element("p", { id: `${id}-hint`, hidden: true }, element("b", {}, option.name), ` ${describe(option)}`);
    const control = createControl(id, option);
    const field = { option, control, hint, chosen: null, node: element("div", { class: "field" }, element("label", { for: id }, option.name), control) };
    control.addEventListener("focus", () => { hint.hidden = false; });
    control.addEventListener("blur", () => {
      hint.hidden = true;
      suggestions.close();
    });
    if (option.completes) completeWhileTyping(open, field);
    return field;
  }

  function completeWhileTyping(open, field) {
    const { control, option } = field;
    let asked = 0;
    let waiting = null;
    const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "suggestions" };
    for (const [name, value] of Object.entries(attributes)) control.setAttribute(name, value);

    async function complete() {
      const number = (asked += 1);
      try {
        const { choices } = await send.complete(open.command.name, valuesOf(open), option.name);
        const isLate = number !== asked || document.activeElement !== control;
        if (isLate) return;
        suggestions.show(control, choices, (choice) => {
          control.value = choice.name;
          field.chosen = choice;
        });
      } catch (error) {
        if (number === asked) complain(error.message);
      }
    }

    const soon = () => {
      clearTimeout(waiting);
      waiting = setTimeout(complete, TYPING_PAUSE_MS);
    };
    control.addEventListener("input", () => {
      field.chosen = null;
      soon();
    });
    control.addEventListener("focus", soon);
    control.addEventListener("blur", () => { asked += 1; clearTimeout(waiting); });
    control.addEventListener("keydown", (event) => {
      if (suggestions.takesKey(event)) {
        asked += 1;
        clearTimeout(waiting);
      }
    });
  }

  async function runCommand(open, run) {
    const wrong = open.fields.find((field) => problemOf(field) !== null);
    if (wrong) {
      wrong.control.setAttribute("aria-invalid", "true");
      complain(problemOf(wrong));
      return wrong.control.focus();
    }
    if (run.disabled) return;
    run.disabled = true;
    try {
      const options = valuesOf(open);
      for (const { option, control } of open.fields) if (option.kind === "file" && control.files[0]) options[option.name] = await send.attach(control.files[0]);
      await send.invoke(open.command.name, options);
      if (!commandForm.hidden) leaveCommand("");
      if (!document.querySelector("dialog:modal")) text.focus();
    } catch (error) {
      complain(error.message);
    }
    run.disabled = false;
  }

  return {
    enter, fill, setCommands,
    reply: (message) => setContext("reply", message),
    edit: (message) => setContext("edit", message),
  };
}

function createControl(id, option) {
  const attributes = { id, "aria-describedby": `${id}-hint`, "aria-required": option.is_required ? "true" : null };
  const choices = option.kind === "boolean" ? [{ name: "true", value: "true" }, { name: "false", value: "false" }] : option.choices;
  if (option.kind === "file") return element("input", { type: "file", ...attributes });
  if (choices.length > 0) return element("select", attributes, element("option", { value: "" }, "choose…"), choices.map((choice) => element("option", { value: choice.value }, choice.name)));
  const isNumber = option.kind === "integer" || option.kind === "number";
  return element("input", { type: "text", inputmode: isNumber ? "decimal" : null, maxlength: isNumber ? null : option.most, ...attributes });
}

function describe(option) {
  const isText = option.kind === "text";
  const unit = isText ? " characters" : "";
  const bounds = [option.least && `at least ${option.least}${unit}`, option.most && `at most ${option.most.toLocaleString()}${unit}`].filter(Boolean);
  const kind = { integer: "a whole number", number: "a number", boolean: "true or false", file: "a file" }[option.kind];
  return [option.description, [option.is_required ? "required" : "optional", kind, ...bounds].filter(Boolean).join(", ")].filter(Boolean).join(" · ");
}

function problemOf({ option, control }) {
  const value = control.value.trim();
  if (value === "") return option.is_required ? `The option ${option.name} is missing: ${option.description ?? "it is required"}.` : null;
  if (option.kind !== "integer" && option.kind !== "number") return null;
  const number = Number(value);
  if (!Number.isFinite(number) || (option.kind === "integer" && !Number.isInteger(number))) return `The option ${option.name} takes a ${option.kind === "integer" ? "whole " : ""}number, not “${value}”.`;
  if (option.least !== undefined && option.least !== null && number < option.least) return `The option ${option.name} is ${option.least} or more.`;
  if (option.most !== undefined && option.most !== null && number > option.most) return `The option ${option.name} is ${option.most} or less.`;
  return null;
}

function valuesOf(open) {
  const values = {};
  for (const { option, control, chosen } of open.fields) {
    const value = control.value;
    if (value.trim() === "" || option.kind === "file") continue;
    const isNumber = option.kind === "integer" || option.kind === "number";
    values[option.name] = option.kind === "boolean" ? value === "true" : isNumber && Number.isFinite(Number(value)) ? Number(value) : chosen?.value ?? value;
  }
  return values;
}

function grow(text) {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight}px`;
}

/// One list of suggestions for whichever field is written in; focus stays in the field.
function createSuggestions(list) {
  let field = null;
  let items = [];
  let active = -1;
  let choose = null;

  function show(forField, newItems, onChoice, activeFirst = -1) {
    close();
    if (newItems.length === 0) return;
    [field, items, choose] = [forField, newItems, onChoice];
    list.replaceChildren(...items.map((item, at) => element("div", {
      id: `suggestion-${at}`, role: "option", "aria-selected": "false",
      on: { mousedown: (event) => event.preventDefault(), click: () => take(at) },
    }, element("b", {}, element("bdi", {}, item.name)), item.description && element("span", {}, item.description))));
    list.hidden = false;
    if (field.getAttribute("role") === "combobox") field.setAttribute("aria-expanded", "true");
    activate(activeFirst);
  }

  function activate(at) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = at;
    const option = list.children[active];
    if (!option) return field.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function take(at) {
    const [choice, onChoice] = [items[at], choose];
    close();
    onChoice(choice);
  }

  function close() {
    if (!field) return;
    field.removeAttribute("aria-activedescendant");
    if (field.getAttribute("role") === "combobox") field.setAttribute("aria-expanded", "false");
    list.hidden = true;
    list.replaceChildren();
    field = null;
    active = -1;
  }

  function takesKey(event) {
    if (!field || event.target !== field) return false;
    const down = active + 1 >= items.length ? 0 : active + 1;
    const up = active <= 0 ? items.length - 1 : active - 1;
    if (event.key === "ArrowDown") activate(down);
    else if (event.key === "ArrowUp") activate(up);
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey && active >= 0) take(active);
    else if (event.key === "Escape") close();
    else {
      // Whoever leaves the field with Tab goes to the next one, and not into the list.
      if (event.key === "Tab") close();
      return false;
    }
    event.preventDefault();
    return true;
  }

  return { show, close, takesKey };
}

/// A form from the bot, as a modal. `submit(fields)` sends it; where that fails the form stays as it is.
export function openForm(dialog, form, submit) {
  const opener = document.activeElement;
  const error = element("p", { role: "alert", class: "form-error" });
  const inputs = form.inputs.map((input) => createInput(input));
  const sendButton = element("button", { type: "submit", class: "send" }, "Send");
  const content = element("form", { autocomplete: "off", on: { submit: (event) => {
    event.preventDefault();
    sendForm();
  } } },
    element("h2", { id: "form-title" }, form.title),
    inputs.map((input) => element("div", { class: "form-field" }, input.label, input.control, input.hint)),
    error,
    element("div", { class: "form-buttons" }, button("Cancel", close, { class: "quiet" }), sendButton));

  function close() {
    dialog.close();
    if (opener?.isConnected) opener.focus();
  }

  async function sendForm() {
    const wrong = inputs.find((input) => input.problem() !== null);
    error.textContent = wrong?.problem() ?? "";
    if (wrong) return wrong.control.focus();
    if (sendButton.disabled) return;
    sendButton.disabled = true;
    try {
      await submit(Object.fromEntries(inputs.map((input) => [input.id, input.control.value])));
      close();
    } catch (failure) {
      error.textContent = failure.message;
    }
    sendButton.disabled = false;
  }

  dialog.oncancel = (event) => {
    event.preventDefault();
    close();
  };
  dialog.onkeydown = (event) => {
    const sends = event.key === "Enter" && !event.isComposing && event.target.matches("textarea") && (event.ctrlKey || event.metaKey);
    if (sends) sendForm();
  };
  dialog.replaceChildren(content);
  if (!dialog.open) dialog.showModal();
  inputs[0]?.control.focus();
}

function createInput(input) {
  const id = `form-${input.custom_id}`;
  const attributes = { id, placeholder: input.placeholder, maxlength: input.most, "aria-describedby": `${id}-hint`, "aria-required": String(input.is_required) };
  const control = element(input.is_long ? "textarea" : "input", input.is_long ? { rows: "4", ...attributes } : { type: "text", ...attributes });
  control.value = input.value ?? "";
  const bounds = [input.is_required ? "Required" : "Optional", input.is_long && "Ctrl+Enter sends", input.least > 0 && `at least ${input.least} characters`, input.most && `at most ${input.most.toLocaleString()} characters`];
  const problem = () => {
    const { length } = control.value.trim();
    if (input.is_required && length === 0) return `“${input.label}” is empty.`;
    if (length > 0 && input.least && length < input.least) return `“${input.label}” takes at least ${input.least} characters.`;
    return null;
  };
  return { id: input.custom_id, control, problem, label: element("label", { for: id }, input.label), hint: element("p", { id: `${id}-hint`, class: "small" }, bounds.filter(Boolean).join(", ")) };
}
