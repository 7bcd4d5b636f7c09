// What Slack's bare clients make of the local Slack: one line of JSON for each thing tried. The test reads them.
import { SocketModeClient } from "@slack/socket-mode";
import { LogLevel, WebClient } from "@slack/web-api";

const { SLACK_BOT_TOKEN: token, SLACK_APP_TOKEN: appToken, SLACK_API_URL: slackApiUrl, CHANNEL: channel, OTHER_CHANNEL: other } = process.env;
const options = { slackApiUrl, retryConfig: { retries: 0 }, logLevel: LogLevel.ERROR };
const web = new WebClient(token, options);

async function tell(what, doing) {
  let came;
  try {
    came = { answer: await doing() };
  } catch (problem) {
    came = { code: problem.code, data: problem.data };
  }
  console.log(JSON.stringify({ what, ...came }));
}

await tell("auth.test", () => web.auth.test());
await tell("wrong token", () => new WebClient("xoxb-wrong", options).auth.test());
await tell("app token", () => web.auth.test({ token: appToken }));
await tell("unknown method", () => web.apiCall("chat.nonsense"));
await tell("pages", async () => {
  const pages = [];
  for await (const page of web.paginate("conversations.members", { channel, limit: 2 })) pages.push(...page.members);
  for await (const page of web.paginate("users.list", { limit: 4 })) pages.push(page.members.length);
  for await (const page of web.paginate("conversations.list", { limit: 1 })) pages.push(page.channels[0].name);
  return pages;
});
await tell("posted", () => web.chat.postMessage({ channel, text: "from web-api", blocks: [{ type: "section", text: { type: "mrkdwn", text: "*from web-api*" } }] }));
await tell("not a member", () => web.chat.postMessage({ channel: other, text: "x" }));
await tell("bad blocks", () => web.chat.postMessage({ channel, text: "x", blocks: [{ type: "header", text: { type: "plain_text", text: "x".repeat(151) } }] }));
await tell("missing scope", () => web.reactions.add({ channel, name: "eyes", timestamp: "1.1" }));
await tell("limited, then not", () => new WebClient(token, { slackApiUrl, logLevel: LogLevel.ERROR }).conversations.info({ channel })); // the test has it answered once with 429: the client waits and asks again
await tell("limited", () => new WebClient(token, { ...options, rejectRateLimitedCalls: true }).users.info({ user: "U0ANA00001" }));
await tell("file", () => web.filesUploadV2({ channel_id: channel, filename: "run.log", content: "began\nended\n", initial_comment: "the log" }));

const socket = new SocketModeClient({ appToken, clientOptions: { slackApiUrl }, logLevel: LogLevel.ERROR });
socket.on("slash_commands", async ({ ack, body }) => ack({ text: `heard ${body.text}` }));
await socket.start();
