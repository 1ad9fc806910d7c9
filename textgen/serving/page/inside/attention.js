// Attention: where a chat model looks in the message while it writes each word of its reply.

import { ask } from "../server.js";
import { element } from "../dom.js";
import { words } from "../words.js";
import { earlier, lookForm, modelChoice, table, textField } from "./parts.js";
import { explained } from "./surprise.js";
import { tokenList } from "./tokens.js";

/** The part, for chat models. */
export function attention(models) {
  const { control, model } = modelChoice(models);
  const message = textField(words.inside.message, "message", 2);
  const reply = textField(words.inside.replyToLook, "reply", 2);
  return lookForm([control, message.control, reply.control], async () => {
    const request = { model: model().id, messages: [...earlier(), { role: "user", content: message.value() }] };
    if (reply.value().trim()) request.reply = reply.value();
    const answer = await ask("api/explain", request);
    const looked = answer.attention ? map(answer.attention, answer.copied) : [element("p", {}, words.inside.noAttention)];
    return [...looked, element("h3", {}, words.inside.replySurprise), ...explained(answer.tokens)];
  });
}

function map({ message_tokens: read, reply_tokens: written, weights }, copied) {
  const value = element("p", { class: "value" }, words.inside.moveOverReply);
  const zero = () => 0;
  const looked = tokenList(words.inside.messageTokens, read, { heat: zero, describe: (place) => words.visible(read[place]), onchoose: () => {} });
  const said = tokenList(words.inside.replyTokens, written, {
    heat: zero,
    describe: (place) => words.inside.looks(written[place], strongest(place), copied?.[place]),
    onchoose: (place) => {
      looked.recolour((column) => weights[place][column]);
      value.textContent = words.inside.looks(written[place], strongest(place), copied?.[place]);
    },
  });
  if (written.length) said.choose(0);
  const rows = written.map((token, row) => [words.visible(token), ...weights[row].map(cell)]);
  return [
    element("h3", {}, words.inside.message),
    looked.list,
    element("h3", {}, words.inside.reply),
    said.list,
    value,
    element("details", { open: true }, element("summary", {}, words.inside.asTable), table(words.inside.attention, [words.inside.reply, ...read.map(words.visible)], rows)),
  ];

  function strongest(row) {
    return weights[row]
      .map((weight, column) => ({ weight, text: read[column] }))
      .sort((a, b) => b.weight - a.weight)
      .slice(0, 3);
  }
}

function cell(weight) {
  const shown = element("span", { class: "heat" }, words.percent(weight));
  shown.style.setProperty("--heat", `${Math.round(weight * 100)}%`);
  return shown;
}
