// npm's @cedx/akismet, unmodified: every call it has. Prints one JSON object of what it returned.
// Usage: node cedx-akismet.mjs HOST:PORT KEY BLOG
import { Author, Blog, CheckResult, Client, Comment } from "@cedx/akismet";

const [, , address, key, url] = process.argv;
const blog = new Blog({ charset: "UTF-8", languages: ["en", "fr"], url });
const open = (key, options = {}) => new Client(key, blog, { baseUrl: `http://${address}`, ...options });

const author = new Author({ email: "maria@example.net", ipAddress: "203.0.113.9", name: "Maria K.", role: "administrator", userAgent: "Mozilla/5.0" });
const ham = new Comment({ author, content: "Thank you, that solved it.", context: ["baking", "bread"], date: new Date("2026-11-23T09:00:00Z"), permalink: `${url}a-post/`, postModified: new Date("2026-11-22T09:00:00Z"), referrer: url, type: "comment" });
const bot = new Author({ email: "bot@example.com", ipAddress: "203.0.113.9", name: "akismet-guaranteed-spam", userAgent: "Bot/1.0" });
const spam = new Comment({ author: bot, content: "cheap pills", type: "comment" });
const names = new Map(Object.entries(CheckResult).map(([name, value]) => [value, name]));
const said = (call) => call.then((value) => value ?? "done", (error) => `${error.name}: ${error.message}`);
const named = (call) => said(call.then((value) => names.get(value)));

const client = open(key), stranger = open("000000000000");
const blatant = new Comment({ author: bot, content: "cheap pills", type: "comment" });
blatant.toJSON = () => ({ ...Comment.prototype.toJSON.call(blatant), test_discard: "1" });
console.log(JSON.stringify({
  verify: await said(client.verifyKey()),
  verify_bad: await said(stranger.verifyKey()),
  ham: await named(client.checkComment(ham)),
  spam: await named(client.checkComment(spam)),
  discard: await named(open(key, { isTest: true }).checkComment(blatant)),
  bad_key: await named(stranger.checkComment(ham)),
  submit_spam: await said(client.submitSpam(spam)),
  submit_ham: await said(client.submitHam(ham)),
  submit_bad_key: await said(stranger.submitSpam(spam)),
}));
