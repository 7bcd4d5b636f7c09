// A Bolt app of twenty lines for the local Slack: `slipway playground --slack-only` prints the three settings it reads.
import bolt from "@slack/bolt";

const { SLACK_BOT_TOKEN: token, SLACK_APP_TOKEN: appToken, SLACK_API_URL: slackApiUrl } = process.env;
const app = new bolt.App({ token, appToken, socketMode: true, clientOptions: { slackApiUrl } });
const plain = (text) => ({ type: "plain_text", text });
const section = (text) => ({ type: "section", text: { type: "mrkdwn", text } });
const input = { type: "input", block_id: "why", label: plain("Why?"), element: { type: "plain_text_input", action_id: "words" } };
const button = { type: "button", action_id: "ask", value: "42", text: plain("Why?") };

app.command("/lf", async ({ command, ack, say }) => {
  await ack(`You typed ${command.text}.`);
  await say({ text: "Press it", blocks: [section("Press *it*"), { type: "actions", elements: [button] }] });
});
app.action("ask", async ({ ack, body, client }) => {
  await ack();
  const where = JSON.stringify({ channel: body.channel.id, ts: body.message.ts });
  await client.views.open({ trigger_id: body.trigger_id, view: { type: "modal", callback_id: "why", private_metadata: where, title: plain("Why?"), submit: plain("Say"), blocks: [input] } });
});
app.view("why", async ({ ack, body, view, client }) => {
  const words = view.state.values.why.words.value;
  if (words.length < 3) return ack({ response_action: "errors", errors: { why: "Say a little more." } });
  await ack();
  await client.chat.update({ ...JSON.parse(view.private_metadata), text: `<@${body.user.id}> says: ${words}` });
});
app.event("app_home_opened", ({ event, client }) => client.views.publish({ user_id: event.user, view: { type: "home", blocks: [section("Welcome home.")] } }));
await app.start();
console.log("the Bolt app is connected");
