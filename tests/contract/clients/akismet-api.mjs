// npm's akismet-api, unmodified: every call it has. Prints one JSON object of what it returned.
// Usage: node akismet-api.mjs HOST:PORT KEY BLOG
import dns from "node:dns";

// It puts the key in front of the host name. A hosts file would point those names here; so do we.
const lookup = dns.lookup;
dns.lookup = (name, options, done) =>
  lookup(name.endsWith(".rest.example") || name === "rest.example" ? "127.0.0.1" : name, options, done);

const { AkismetClient } = await import("akismet-api");
const [, , address, key, blog] = process.argv;
const [, port] = address.split(":");
const open = (key) => new AkismetClient({ key, blog, host: `rest.example:${port}`, protocol: "http" });

const ham = { ip: "203.0.113.9", useragent: "Mozilla/5.0", content: "Thank you, that solved it.", name: "Maria K.", role: "administrator" };
const spam = { ip: "203.0.113.9", useragent: "Mozilla/5.0", content: "cheap pills", name: "akismet-guaranteed-spam", permalink: `${blog}a-post/`, type: "comment" };
const trapped = { ip: "203.0.113.9", content: "Hello", name: "Bot", honeypot: "I fill in everything" };
const said = (call) => call.then((value) => value ?? "done", (error) => `${error.name}: ${error.message}`);
const answered = (call) => call.then((response) => response.text, (error) => `${error.name}: ${error.message}`);

const client = open(key), stranger = open("000000000000");
console.log(JSON.stringify({
  verify: await said(client.verifyKey()),
  verify_bad: await said(stranger.verifyKey()),
  ham: await said(client.checkSpam(ham)),
  spam: await said(client.checkSpam(spam)),
  honeypot: await said(client.checkSpam(trapped)),
  no_ip: await said(client.checkSpam({ content: "Hello" })),
  bad_key: await said(stranger.checkSpam(ham)),
  submit_spam: await answered(client.submitSpam(spam)),
  submit_ham: await answered(client.submitHam(ham)),
  callback: await new Promise((done) => client.checkSpam(spam, (error, value) => done(error ? String(error) : value))),
}));
