"""The tables, one file per noun; importing this package makes all of them known."""

from inbox.models.agreement import TimesAgreement
from inbox.models.base import Base, now
from inbox.models.calendar import Calendar, Closure
from inbox.models.card import Card
from inbox.models.channel import Channel, FolderCursor
from inbox.models.chat import ChatCard, HeldNotice
from inbox.models.consent import Consent, ConsentText
from inbox.models.contact import Company, Contact, Identity
from inbox.models.conversation import Assignment, Conversation, ConversationTag, Tag, Watcher
from inbox.models.correction import CorrectedExchange, Correction
from inbox.models.crm import CrmRecord
from inbox.models.delivery import Delivery
from inbox.models.draft import Draft, DraftFile, Question
from inbox.models.event import Event
from inbox.models.exchange import Exchange, Hop
from inbox.models.forgotten import Forgotten
from inbox.models.intake import Blob, Intake
from inbox.models.job import Job, Lease
from inbox.models.joined import ConversationMerge
from inbox.models.lead import Lead, LeadConversation, LeadCost, LeadSource
from inbox.models.message import Attachment, Message
from inbox.models.opinion import Opinion
from inbox.models.person import Apart, ContactMerge, Trait
from inbox.models.proposal import Proposal
from inbox.models.reminder import Reminder
from inbox.models.report import ReportCell, ReportDay
from inbox.models.report_mail import ReportRecipient, ReportSending
from inbox.models.rule import Decision, MessageFacts, Rule, RuleCase, RuleVersion
from inbox.models.setting import SavedReply, Setting
from inbox.models.target import Target
from inbox.models.user import Team, TeamLink, TeamMember, Ticket, User, UserLink, UserSession
from inbox.models.visit import Visit

__all__ = [
    "Apart", "Assignment", "Attachment", "Base", "Blob", "Calendar", "Card", "Channel", "ChatCard", "Closure",
    "Company", "Consent", "ConsentText", "Contact", "ContactMerge", "Conversation", "ConversationMerge",
    "ConversationTag", "CorrectedExchange", "Correction", "CrmRecord", "Decision", "Delivery", "Draft", "DraftFile",
    "Event", "Exchange", "FolderCursor", "Forgotten", "HeldNotice", "Hop", "Identity", "Intake", "Job", "Lead",
    "LeadConversation", "LeadCost", "LeadSource", "Lease", "Message", "MessageFacts", "Opinion", "Proposal", "Question",
    "Reminder", "ReportCell", "ReportDay", "ReportRecipient", "ReportSending", "Rule", "RuleCase", "RuleVersion",
    "SavedReply", "Setting", "Tag", "Target", "Team", "TeamLink", "TeamMember", "Ticket", "TimesAgreement", "Trait",
    "User", "UserLink", "UserSession", "Visit", "Watcher", "now",
]  # fmt: skip
