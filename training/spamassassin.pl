# Teach and ask SpamAssassin's Bayes alone, without its rules and without the network.
# Reads "s|h|a LENGTH\n" and so many bytes of a mail, again and again: spam, ham, or asked.
# Writes one number a line for each mail asked about: the probability of spam, 0.5 for "can't say".
use strict;
use warnings;
use Mail::SpamAssassin;

my ($folder) = @ARGV;
my $bayes = Mail::SpamAssassin->new({
    dont_copy_prefs  => 1,
    local_tests_only => 1,
    userstate_dir    => $folder,
    username         => "peer",
    config_text      => <<"CONFIG",
loadplugin Mail::SpamAssassin::Plugin::Check
loadplugin Mail::SpamAssassin::Plugin::Bayes
use_bayes 1
bayes_path $folder/bayes
bayes_auto_expire 0
bayes_auto_learn 0
bayes_min_ham_num 1
bayes_min_spam_num 1
body BAYES_ANY eval:check_bayes('0.00','1.00')
score BAYES_ANY 1
CONFIG
});
$bayes->init(1);
$bayes->init_learner({ wait_for_lock => 1, learn_to_journal => 0 });
binmode STDIN;
while (my $head = <STDIN>) {
    my ($what, $length) = $head =~ /^([sha]) (\d+)$/ or die "not a head: $head";
    read(STDIN, my $raw, $length) == $length or die "the mail ends too soon";
    my $mail = $bayes->parse($raw);
    if ($what eq "a") {
        my $status = $bayes->check($mail);
        my $said = $status->get_tag("BAYES");
        print defined $said && $said ne "" ? $said : 0.5, "\n";
        $status->finish;
    } else {
        $bayes->learn($mail, undef, $what eq "s" ? 1 : 0, 0);
    }
    $mail->finish;
}
