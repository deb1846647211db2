//! The rules, as data: who the tools are and what they write. `identity`, `trailer`, `sentence` and `line` read them.
//!
//! Sources: each tool's own documentation of its commit trailers and bot accounts, and what public histories show of
//! them. Whoever changes a table sets [`RULES_VERSION`] and adds lines to the labelled set.

use crate::tool::Tool::{
    self, Aider, AmazonQ, Amp, Antigravity, Augment, Bolt, ClaudeCode, Cline, Codex, Cody, Continue, Crush, Cursor,
    Devin, Droid, Gemini, GithubCopilot, GitlabDuo, Goose, Grok, JetbrainsAi, Jules, KiloCode, Kiro, Lovable,
    MistralVibe, Opencode, Openhands, Other, Pi, QwenCode, Replit, ReviewBot, RooCode, Sweep, Tabnine, Trae, V0, Warp,
    Windsurf, Zed,
};

/// The version of these tables, kept in every finding: a date and a count within the day.
pub const RULES_VERSION: &str = "2026-11-29.1";

/// How much a name says by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    /// Nobody and nothing else is called this.
    Sure,
    /// Also a word, a product line or a rare given name: counts when nothing says that a person is meant.
    Word,
    /// Also a common word or given name: counts with a qualifier ("Devin AI"), or with the tool's own address or site.
    Given,
}
use Weight::{Given, Sure, Word};

/// Names as sequences of lower-case words, sorted; the longest one counts. `None` is a product that writes no code.
pub(crate) const NAMES: &[(&str, Option<Tool>, Weight)] = &[
    ("ai", Some(Other), Word),
    ("aider", Some(Aider), Sure),
    ("amazon q", Some(AmazonQ), Sure),
    ("amazonq", Some(AmazonQ), Sure),
    ("amp", Some(Amp), Word),
    ("ampcode", Some(Amp), Sure),
    ("antigravity", Some(Antigravity), Sure),
    ("auggie", Some(Augment), Word),
    ("augment", Some(Augment), Given),
    ("bolt", Some(Bolt), Given),
    ("bolt new", Some(Bolt), Sure),
    ("chatgpt", Some(Codex), Sure),
    ("claude", Some(ClaudeCode), Word),
    ("clawdbot", Some(Other), Sure),
    ("cline", Some(Cline), Word),
    ("codeium", Some(Windsurf), Sure),
    ("codex", Some(Codex), Sure),
    ("coding agent", Some(Other), Word),
    ("cody", Some(Cody), Given),
    ("command code", Some(Other), Sure),
    ("continue", Some(Continue), Given),
    ("copilot", Some(GithubCopilot), Sure),
    ("crush", Some(Crush), Word),
    ("cursor", Some(Cursor), Sure),
    ("cursor bugbot", None, Sure),
    ("cursoragent", Some(Cursor), Sure),
    ("deepseek", Some(Other), Sure),
    ("devin", Some(Devin), Given),
    ("droid", Some(Droid), Given),
    ("duo", Some(GitlabDuo), Given),
    ("fable", Some(ClaudeCode), Word),
    ("factory droid", Some(Droid), Sure),
    ("gemini", Some(Gemini), Word),
    ("genai", Some(Other), Sure),
    ("gitlab duo", Some(GitlabDuo), Sure),
    ("glm", Some(Other), Word),
    ("goose", Some(Goose), Given),
    ("gpt", Some(Codex), Sure),
    ("gpt engineer", Some(Lovable), Sure),
    ("grok", Some(Grok), Word),
    ("haiku", Some(ClaudeCode), Given),
    ("jetbrains ai", Some(JetbrainsAi), Sure),
    ("jules", Some(Jules), Given),
    ("junie", Some(JetbrainsAi), Word),
    ("kilo", Some(KiloCode), Given),
    ("kilocode", Some(KiloCode), Sure),
    ("kimi", Some(Other), Word),
    ("kiro", Some(Kiro), Word),
    ("language model", Some(Other), Word),
    ("llm", Some(Other), Word),
    ("llms", Some(Other), Word),
    ("lovable", Some(Lovable), Word),
    ("minimax", Some(Other), Word),
    ("mistral", Some(MistralVibe), Given),
    ("mistral vibe", Some(MistralVibe), Sure),
    ("moltbot", Some(Other), Sure),
    ("oh my opencode", Some(Opencode), Sure),
    ("ohmyopencode", Some(Opencode), Sure),
    ("openai", Some(Codex), Word),
    ("openclaw", Some(Other), Sure),
    ("opencode", Some(Opencode), Sure),
    ("opendevin", Some(Openhands), Sure),
    ("openhands", Some(Openhands), Sure),
    ("opus", Some(ClaudeCode), Word),
    ("oz", Some(Warp), Given),
    ("pi", Some(Pi), Given),
    ("q", Some(AmazonQ), Given),
    ("qwen", Some(QwenCode), Word),
    ("qwen coder", Some(QwenCode), Sure),
    ("replit", Some(Replit), Given),
    ("roo", Some(RooCode), Given),
    ("roomote", Some(RooCode), Sure),
    ("sisyphus", Some(Opencode), Given),
    ("sonnet", Some(ClaudeCode), Word),
    ("sweep", Some(Sweep), Given),
    ("tabnine", Some(Tabnine), Sure),
    ("termai", Some(Other), Sure),
    ("trae", Some(Trae), Word),
    ("v0", Some(V0), Given),
    ("v0agent", Some(V0), Sure),
    ("warp", Some(Warp), Given),
    ("windsurf", Some(Windsurf), Sure),
    ("zed", Some(Zed), Given),
];

/// Words before a tool's name that belong to it.
pub(crate) const MAKERS: &str = "\
    alibaba amazon anthropic atlassian aws block charm code cognition factory github gitlab google jetbrains labs \
    meta microsoft moonshot openai sourcegraph studio visual vs vscode xai zhipu";

/// Words after a tool's name that say which of its forms; anything that starts with a digit does, too.
pub(crate) const FORMS: &str = "\
    agent agents ai app assist assistant autofix bot cascade chat cli cloud code coder codex coding composer desktop \
    developer fable fast flash gpt haiku ide llm mini model mythos opus preview sonnet swe thinking v1 v2 v3 v4 v5 \
    web workspace";

/// Words that go on after such a form, and are surnames otherwise.
pub(crate) const GRADES: &str = "\
    exp high latest lite low max medium nano plus pro sol turbo ultra xhigh";

/// GitHub logins of tools, lower case, as the API, a noreply address or an author's name shows them.
pub(crate) const LOGINS: &[(Tool, &str)] = &[
    (Aider, "aider-chat-bot"),
    (AmazonQ, "amazon-q-developer[bot]"),
    (Amp, "amp-agent[bot] amp-code[bot]"),
    (Augment, "augmentcode[bot]"),
    (Bolt, "bolt-new-by-stackblitz[bot]"),
    (
        ClaudeCode,
        "\
        anthropic-claude[bot] anthropic-code-agent[bot] claude claude-code-action[bot] claude-code[bot] claude[bot]",
    ),
    (Cline, "cline-cloud-agent cline-cloud[bot] cline[bot]"),
    (Codex, "chatgpt-codex-connector[bot] codex[bot] openai-codex[bot]"),
    (Cody, "sourcegraph-cody[bot]"),
    (Continue, "continue-agent[bot] continue-staging[bot] continue[bot]"),
    (Cursor, "cursor[bot] cursoragent"),
    (Devin, "beta-devin-ai-integration[bot] devin-ai-integration devin-ai-integration[bot]"),
    (Droid, "factory-droid[bot]"),
    (Gemini, "gemini-cli[bot] gemini-code-assist[bot]"),
    (
        GithubCopilot,
        "\
        copilot copilot-autofix[bot] copilot-pull-request-reviewer copilot-pull-request-reviewer[bot] \
        copilot-swe-agent copilot-swe-agent[bot] copilot[bot] github-copilot[bot]",
    ),
    (Goose, "goose[bot]"),
    (JetbrainsAi, "jetbrains-ai[bot] jetbrains-junie[bot] junie-agent[bot]"),
    (Jules, "google-labs-jules google-labs-jules[bot] jules[bot]"),
    (KiloCode, "kilo-code-bot[bot] kiloconnect[bot]"),
    (Kiro, "kiro-agent[bot]"),
    (Lovable, "gpt-engineer-app[bot] lovable-dev[bot]"),
    (Opencode, "opencode-agent[bot] opencode[bot] sisyphus-dev-ai"),
    (Openhands, "opendevin-bot openhands-agent openhands-ai[bot]"),
    (
        Other,
        "\
        ai-sdk-factory ai-sdk-factory[bot] ask-bonk[bot] capy-ai[bot] charliecreates[bot] codeflash-ai[bot] \
        codegen-sh[bot] open-swe-dev[bot] open-swe[bot] terragon-labs[bot]",
    ),
    (QwenCode, "qwen-code[bot]"),
    (Replit, "replit-agent[bot]"),
    (
        ReviewBot,
        "\
        coderabbitai coderabbitai[bot] cubic-dev-ai[bot] ellipsis-dev[bot] greptile-apps[bot] greptileai[bot] \
        hyperlint-ai[bot] korbit-ai[bot] qodo-merge-pro[bot] seer-by-sentry[bot] sourcery-ai[bot]",
    ),
    (RooCode, "roomote roomote-v0[bot] roomote[bot]"),
    (Sweep, "sweep-ai-deprecated[bot] sweep-ai[bot] sweep-nightly[bot]"),
    (V0, "v0[bot]"),
    (Warp, "oz-agent[bot] oz-by-warp[bot] oz-for-oss[bot] warp-agent[bot] warp-dev[bot]"),
    (Windsurf, "windsurf-bot[bot]"),
];

/// Tools' addresses: domains (subdomains included), and the mailboxes there that are no person's. A star stands for
/// nothing, digits, or a hyphen and more.
pub(crate) const MAILBOXES: &[(Tool, &str, &str)] = &[
    (Aider, "aider.chat aider.dev", "aider* noreply bot"),
    (AmazonQ, "amazon.com", "amazon-q* amazonq* q-developer*"),
    (Amp, "ampcode.com", "amp* noreply agent bot"),
    (Amp, "sourcegraph.com", "amp*"),
    (Antigravity, "antigravity.google", "antigravity* noreply agent"),
    (Augment, "augmentcode.com", "augment* auggie* noreply agent bot"),
    (Bolt, "bolt.new", "bolt* noreply bot"),
    (ClaudeCode, "anthropic.com", "claude* noreply no-reply ai bot assistant"),
    (ClaudeCode, "claude.ai claude.com", "claude* noreply code"),
    (Cline, "cline.bot", "cline* noreply agent bot"),
    (Codex, "oh-my-codex.dev", "omx*"),
    (Codex, "openai.com", "codex* chatgpt* gpt* noreply no-reply assistant ai bot"),
    (Cody, "sourcegraph.com", "cody*"),
    (Continue, "continue.dev", "continue* noreply agent bot"),
    (Crush, "charm.land charm.sh", "crush* noreply"),
    (Cursor, "cursor.com cursor.sh", "cursor* cursoragent noreply no-reply agent ai bot composer"),
    (Devin, "cognition-labs.com cognition.ai devin.ai", "devin* noreply bot agent"),
    (Droid, "factory.ai", "droid* factory-droid* noreply agent bot"),
    (Gemini, "google.com", "gemini gemini-cli gemini-code-assist noreply-gemini gemini-noreply"),
    (GithubCopilot, "github.com microsoft.com", "copilot* github-copilot*"),
    (GitlabDuo, "gitlab.com", "duo* gitlab-duo*"),
    (Goose, "block.dev block.xyz", "goose*"),
    (Grok, "x.ai", "grok* noreply"),
    (JetbrainsAi, "jetbrains.com", "junie* ai ai-assistant noreply"),
    (Jules, "google.com", "jules jules-agent jules-noreply"),
    (KiloCode, "kilo.ai kilocode.ai", "kilo* noreply agent kilocode*"),
    (Kiro, "amazon.com", "kiro*"),
    (Kiro, "kiro.dev", "kiro* noreply agent"),
    (Lovable, "gptengineer.app lovable.dev", "noreply bot lovable*"),
    (MistralVibe, "mistral.ai", "vibe* mistral-vibe* noreply"),
    (Opencode, "opencode.ai sst.dev", "opencode* noreply agent bot"),
    (Opencode, "sisyphuslabs.ai", "clio-agent sisyphus*"),
    (Openhands, "all-hands.dev opendevin.ai opendevin.com openhands.dev", "openhands* opendevin* noreply bot"),
    (
        Other,
        "clawd.ai commandcode.ai deepseek.com kimi.com letta.com moonshot.ai moonshot.cn nori.ai termai.io z.ai",
        "agent clawd* deepseek* glm* kimi* noreply subagent",
    ),
    (Other, "sageox.ai", "ox"),
    (Pi, "pi.dev", "pi noreply"),
    (QwenCode, "alibabacloud.com", "qwen*"),
    (QwenCode, "qwen.ai qwenlm.ai", "qwen* noreply"),
    (Replit, "replit.com", "agent replit-agent* assistant bot noreply"),
    (ReviewBot, "coderabbit.ai", "noreply bot"),
    (RooCode, "roo-code.com roocode.com roocode.dev", "merge-resolver roo* noreply bot roomote* agent"),
    (Sweep, "sweep.dev", "sweep* noreply bot"),
    (Tabnine, "tabnine.com", "tabnine* noreply"),
    (Trae, "trae.ai", "trae* noreply agent"),
    (V0, "v0.dev", "v0* noreply bot"),
    (V0, "vercel.com", "it+v0agent v0*"),
    (Warp, "warp.dev", "agent oz oz-agent* warp* warp-agent* noreply"),
    (Windsurf, "codeium.com windsurf.com", "codeium* windsurf* cascade* noreply bot agent"),
    (Zed, "zed.dev", "agent zed-agent* noreply"),
];

/// What a line's key promises of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// Somebody who had a hand in the work, people mostly.
    Credit,
    /// What the work was made with: tools and people.
    Made,
    /// What AI did: anything but a denial counts.
    Ai,
    /// A record that only this tool leaves: any value counts.
    Trace(Tool),
    /// Who of a tool's people and agents it was.
    Worker(Tool),
}

/// Keys of trailers, lower case, words joined by hyphens.
pub(crate) const KEYS: &[(Key, &str)] = &[
    (
        Key::Ai,
        "\
        ai-agent ai-agents ai-assist ai-assistance ai-assistance-disclosure ai-assistant ai-assisted \
        ai-assisted-by ai-authored ai-authored-by ai-co-author ai-co-authored-by ai-coauthor ai-contribution \
        ai-disclaimer ai-disclosure ai-generated ai-generated-by ai-helped ai-model ai-session ai-session-id \
        ai-tool ai-tools ai-tools-used ai-usage ai-usage-disclosure ai-use ai-used ai-written assisted-by-ai \
        llm-assisted llm-assisted-by llm-generated llm-usage vibe-coded-by vibe-coded-with",
    ),
    (
        Key::Credit,
        "\
        authored-by co-author co-authored co-authored-by co-authors co-created-by co-developed-by co-written-by \
        coauthor coauthored-by signed-off-by",
    ),
    (
        Key::Made,
        "\
        assisted-by assisted-with authored-with built-with co-authored-with co-developed-with coded-by \
        coded-with created-by created-with developed-by developed-with drafted-by drafted-with generated-by \
        generated-using generated-with helped-by implemented-by implemented-with llm made-by made-using \
        made-with pair-programmed-with paired-with prepared-by prepared-with produced-by with-help-from \
        written-by written-with ai",
    ),
    (Key::Trace(Amp), "amp-thread amp-thread-id"),
    (Key::Worker(Replit), "replit-commit-author"),
    (Key::Trace(GithubCopilot), "agent-logs-url"),
    (
        Key::Trace(Other),
        "\
        agent-session agent-session-id entire-attribution entire-checkpoint entire-metadata entire-session",
    ),
];

/// Second words of keys whose first word is a tool's name, as in `Claude-Session` or `Codex-Thread-Id`.
pub(crate) const TRACES: &str = "\
    assisted checkpoint conversation conversations escapes generated permission run session sessions steers task \
    thread transcript";

/// Text that only a tool's own text holds, lower case; comments of Markdown are searched, too.
pub(crate) const MARKERS: &[(&str, Tool)] = &[
    ("ampcode.com/threads/", Amp),
    ("app.devin.ai/sessions/", Devin),
    ("app.warp.dev/conversation/", Warp),
    ("chatgpt.com/codex/tasks/", Codex),
    ("chatgpt.com/s/cd_", Codex),
    ("claude.ai/code/session_", ClaudeCode),
    ("cursor.com/agents?id=", Cursor),
    ("cursor.com/agents/bc-", Cursor),
    ("cursor.com/background-agent?", Cursor),
    ("cursor_agent_pr_body", Cursor),
    ("jules.google.com/task/", Jules),
    ("jules.google/task/", Jules),
    ("opncd.ai/share/", Opencode),
    ("opncd.ai/s/", Opencode),
    ("opencode.ai/s/", Opencode),
    ("start copilot coding agent", GithubCopilot),
    ("start copilot original prompt", GithubCopilot),
];

/// Sites that a tool's signature links to, as `[Continue](https://continue.dev)`.
pub(crate) const SITES: &[(&str, Tool)] = &[
    ("aider.chat", Aider),
    ("ampcode.com", Amp),
    ("bolt.new", Bolt),
    ("claude.ai/code", ClaudeCode),
    ("claude.com/claude-code", ClaudeCode),
    ("cline.bot", Cline),
    ("continue.dev", Continue),
    ("cursor.com", Cursor),
    ("devin.ai", Devin),
    ("github.com/code-yeongyu/oh-my-opencode", Opencode),
    ("jules.google", Jules),
    ("kiro.dev", Kiro),
    ("lovable.dev", Lovable),
    ("opencode.ai", Opencode),
    ("roocode.com", RooCode),
    ("v0.app", V0),
    ("v0.dev", V0),
    ("warp.dev", Warp),
];

/// First parts of branch names that tools give, as in `copilot/fix-12`.
pub(crate) const BRANCHES: &str =
    "amp claude codex copilot cursor devin factory-droid google-labs-jules jules openhands sweep";

/// What is done to work: the words of a signature ("generated with ...").
pub(crate) const MADE: &str = "\
    assisted authored built co-authored coauthored coded created debugged developed done drafted generated \
    implemented made polished ported prepared produced programmed prototyped refactored researched scaffolded \
    translated vibecoded vibed written";

/// Words between them and the tool.
pub(crate) const MEANS: &str = "\
    a an and assist assistance by from help in little lot lots me myself of on plenty some support the through us \
    using via with";

/// Words that say how much of it.
pub(crate) const DEGREES: &str = "\
    100 80 90 95 99 almost also automatically basically completely entirely fully heavily initially just largely \
    mainly mostly nearly originally partially partly primarily proudly purely solely then totally was were wholly";

/// What a sentence about the work itself is about; one of them is among its first words.
pub(crate) const WORK: &str = "\
    all branch cases change changes changeset code comment comments commit commits contribution description docs \
    documentation everything example examples feature fix half implementation it logic majority message most mr part \
    parts patch patches plan port pr project refactor repo request rest script scripts series summary test tests \
    these this view work";

/// First words of a sentence about the work itself.
pub(crate) const OPENERS: &str = "\
    ai all and both changes code commit disclaimer disclosure docs everything full fyi half i implementation initial \
    it majority most much my note part parts patch pr some test tests the these this";

/// What a person has a tool do.
pub(crate) const WRITES: &str = "\
    analyse analyze audit author build code create debug develop diagnose draft explore fix generate implement \
    investigate port prepare produce prototype refactor rewrite scaffold translate understand write";

/// What a tool did.
pub(crate) const WROTE: &str = "\
    assisted authored coded did drafted generated helped implemented wrote";

/// What follows the verb when a tool did the work in hand, and not some other.
pub(crate) const OBJECTS: &str = "\
    a all almost basically draft everything implement investigate it many me most much nearly some the these this to \
    us with write";

/// Words that make a sentence say the opposite.
pub(crate) const DENIALS: &str = "\
    aren't cannot didn't doesn't don't hasn't haven't isn't neither never no nobody non none nor not nothing wasn't \
    weren't without zero";

/// Values by which a trailer says that no tool had a hand in it.
pub(crate) const NOTHING: &str = "\
    0 false human humans n na nah never nil no nobody none nope nothing null off";

/// Words that may follow a tool's name without making it part of another one ("Claude and I", but "Claude API").
pub(crate) const JOINTS: &str = "\
    after all and as assist assistance assisted at based because but during for from help http https i in it on or \
    over per plus running session sessions since so then this to tool tools under using v via w we when while with";
