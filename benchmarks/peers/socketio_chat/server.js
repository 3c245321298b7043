// socket.io on Express with better-sqlite3. The shapes are those of the documentation: the chat of socket.io's tutorial
// (an id made by the client, an acknowledgement once it is stored), its page on express-session, better-sqlite3's
// transaction(), EJS as Express' view engine.
//
// PEER_GROUP=1: messages that came in one turn of the event loop share a commit. Else each commits, as everybody has it.
"use strict";

const crypto = require("node:crypto");
const http = require("node:http");
const path = require("node:path");
const Database = require("better-sqlite3");
const express = require("express");
const session = require("express-session");
const { Server } = require("socket.io");

const LONGEST = 4000;
const db = new Database(path.join(process.env.PEER_FOLDER, "chat.db"));
db.pragma("journal_mode = WAL");
db.pragma("synchronous = FULL");
db.pragma("foreign_keys = ON");
db.exec(`
  CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, number INTEGER NOT NULL,
    UNIQUE (role, number));
  CREATE TABLE chat (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES person,
    associate_id INTEGER NOT NULL REFERENCES person, unread INTEGER NOT NULL DEFAULT 0,
    last_text TEXT NOT NULL DEFAULT '', last_at TEXT);
  CREATE INDEX chat_customer ON chat (customer_id);
  CREATE INDEX chat_associate ON chat (associate_id);
  CREATE TABLE message (id INTEGER PRIMARY KEY, chat_id INTEGER NOT NULL REFERENCES chat,
    author_id INTEGER NOT NULL REFERENCES person, body TEXT NOT NULL, client_id TEXT NOT NULL, sent_at TEXT NOT NULL,
    UNIQUE (chat_id, author_id, client_id));
`);
furnish(Number(process.env.PEER_CHATS), Number(process.env.PEER_VIEWERS), Number(process.env.PEER_CHATS_OF_ONE));

const findPerson = db.prepare("SELECT * FROM person WHERE id = ?");
const findByRole = db.prepare("SELECT * FROM person WHERE role = ? AND number = ?");
const findMine = db.prepare("SELECT id FROM chat WHERE customer_id = @id OR associate_id = @id");
const findChat = db.prepare(`
  SELECT chat.id, customer_id, associate_id, unread, customer.name AS customer, associate.name AS associate
  FROM chat JOIN person AS customer ON customer.id = customer_id JOIN person AS associate ON associate.id = associate_id
  WHERE chat.id = @chat AND @person IN (customer_id, associate_id)`);
const insert = db.prepare(`
  INSERT INTO message (chat_id, author_id, body, client_id, sent_at) VALUES (@chat, @person, @body, @client_id, @sent_at)`);
const update = db.prepare(`
  UPDATE chat SET unread = CASE WHEN @by_customer THEN unread + 1 ELSE 0 END, last_text = @body, last_at = @sent_at
  WHERE id = @chat`);

const app = express();
app.set("view engine", "ejs");
app.set("views", path.join(__dirname, "views"));
app.enable("view cache");
const sessions = session({ secret: process.env.PEER_SECRET, resave: false, saveUninitialized: false });
app.use(sessions);

// Signs somebody in: in the place of a form with a password.
app.get("/enter/:role/:number", (request, response) => {
  request.session.person = findByRole.get(request.params.role, Number(request.params.number)).id;
  request.session.csrf = crypto.randomBytes(20).toString("hex");
  response.send(`<meta name="csrf-token" content="${request.session.csrf}">`);
});

const server = http.createServer(app);
const io = new Server(server);
io.engine.use(sessions);
io.use((socket, next) => {
  const { person, csrf } = socket.request.session;
  const known = person && csrf && csrf === socket.handshake.auth.token;
  next(known ? undefined : new Error("not signed in"));
});

io.on("connection", (socket) => {
  const person = findPerson.get(socket.request.session.person);
  if (person.role === "viewer") socket.join("inbox");
  else for (const chat of findMine.all({ id: person.id })) socket.join(`chat:${chat.id}`);

  socket.on("message", async (id, body, clientId, acknowledge) => {
    body = String(body).trim();
    if (!body || body.length > LONGEST || !clientId || clientId.length > 64) return acknowledge("refused");
    const stored = await store({ chat: id, person: person.id, body, client_id: clientId });
    if (!stored) return acknowledge("refused");
    acknowledge("stored");
    const shown = { ...stored.message, author: person.name };
    render("message", { message: shown }, (html) => io.to(`chat:${id}`).emit("message", html));
    render("row", { message: shown, chat: stored.chat }, (html) => io.to("inbox").emit("row", html));
  });
  socket.emit("ready");
});

function render(name, values, then) {
  app.render(name, values, (error, html) => {
    if (error) throw error;
    then(html);
  });
}

function write(given) {
  const chat = findChat.get({ chat: given.chat, person: given.person });
  if (!chat) return null;
  const at = new Date().toISOString();
  const byCustomer = chat.customer_id === given.person;
  const { lastInsertRowid } = insert.run({ ...given, sent_at: at });
  update.run({ chat: given.chat, body: given.body, sent_at: at, by_customer: byCustomer ? 1 : 0 });
  return {
    message: { ...given, id: lastInsertRowid, by_customer: byCustomer, sent_at: at, clock: at.slice(11, 16) },
    chat: { ...chat, initial: chat.customer[0], unread: byCustomer ? chat.unread + 1 : 0 },
  };
}

const commitOne = db.transaction(write);
const commitAll = db.transaction((waiting) => waiting.map(({ given }) => write(given)));
let waiting = [];

function store(given) {
  if (!process.env.PEER_GROUP) return commitOne(given);
  return new Promise((resolve) => {
    waiting.push({ given, resolve });
    if (waiting.length === 1) setImmediate(flush);
  });
}

function flush() {
  const all = waiting;
  waiting = [];
  const stored = commitAll(all);
  all.forEach(({ resolve }, index) => resolve(stored[index]));
}

function furnish(chats, viewers, ofOne) {
  const person = db.prepare("INSERT INTO person (name, role, number) VALUES (?, ?, ?)");
  const chat = db.prepare("INSERT INTO chat (customer_id, associate_id) VALUES (?, ?)");
  const make = (role, number) => person.run(`${role} ${number}`, role, number).lastInsertRowid;
  db.transaction(() => {
    for (let number = 0; number < viewers; number += 1) make("viewer", number);
    const associates = [];
    for (let number = 0; number * ofOne < chats; number += 1) associates.push(make("associate", number));
    for (let number = 0; number < chats; number += 1) {
      chat.run(make("customer", number), associates[Math.floor(number / ofOne)]);
    }
  })();
}

server.listen(Number(process.env.PEER_PORT), "127.0.0.1");
